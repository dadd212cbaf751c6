"""The taps of a chain: one relay each, where it leads, what passed it, and when all is quiet."""

import asyncio
import os
import re

from contracts.record import Connection, Io
from contracts.trace import ELSEWHERE
from fakes.clock import Clock
from fakes.gates import HEAD, Gates
from harness.errors import UsageError
from harness.loop import Connected
from harness.relay import Address, Relay, Tapped
from harness.target import split_address

SECOND = "egress_2"  # the egress tap of the second upstream instance
TAPS = ("client", "ingress", "egress", SECOND, "upstream", ELSEWHERE)
MARKER = re.compile(rb"~[0-9a-f]+-\d+~")
LONGEST_MARKER = 32  # bytes to keep of what has passed, for a marker that comes in pieces


class Taps:
    """Use it on the chain's loop only. `gates` are those of the current run."""

    def __init__(self, clock: Clock, gates: Gates) -> None:
        self.gates = gates
        self._relays = {
            tap: Relay(tap.removesuffix("_2"), None, self._watch, clock) for tap in TAPS
        }
        self._entries: dict[str, Address] = {}
        self._servers: list[asyncio.Server] = []
        self._progress = asyncio.Event()
        self._tails: dict[Tapped, bytes] = {}

    async def open(self, upstream_bind: str = "") -> None:
        """Listen at every tap. Raises UsageError for an address that is not to be had."""
        for tap, relay in self._relays.items():
            bind = upstream_bind if tap == "egress" else ""
            self._entries[tap] = await self.serve(relay.serve, bind)

    async def serve(self, connected: Connected, bind: str = "") -> Address:
        """Listen on this address (`HOST:PORT`), or on a free loopback port."""
        host, port = split_address(bind, "--upstream-bind") if bind else ("127.0.0.1", 0)
        try:
            server = await asyncio.start_server(connected, host, port)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            told = f"--upstream-bind {bind}: {reason}; free it or name another address"
            raise UsageError(told) from None
        self._servers.append(server)
        return ("127.0.0.1", server.sockets[0].getsockname()[1])

    def entry(self, tap: str) -> Address:
        """Where a tap listens."""
        return self._entries[tap]

    def lead(self, tap: str, onward: Address, instance: int = 1) -> bool:
        """Pass on to this address, of that upstream instance, from now on.

        True if living connections had to be cut for it.
        """
        relay = self._relays[tap]
        relay.instance = instance
        if relay.onward == onward:
            return False
        relay.onward = onward
        living = any(not one.closed for one in relay.connections)
        relay.sever()
        return living

    def begin(self, gates: Gates) -> None:
        """A run begins."""
        self.gates = gates
        self._tails.clear()
        for relay in self._relays.values():
            relay.begin()

    def sever(self, *taps: str) -> None:
        """Cut all connections of these taps, or of all."""
        for tap in taps or TAPS:
            self._relays[tap].sever()

    def close(self) -> None:
        for server in self._servers:
            server.close()
        self.sever()

    def recorded(self) -> tuple[Connection, ...]:
        """What the taps saw in this run."""
        seen = (one for relay in self._relays.values() for one in relay.connections)
        return tuple(one.frozen() for one in seen if one.log)

    def answered(self) -> int:
        """How many client connections got all their answers whole."""
        connections = self._relays["ingress"].connections
        return sum(bool(one.log) and not one.owes for one in connections)

    def in_flight(self) -> bool:
        """Whether an answer may still come at egress."""
        behind = (*self._relays["egress"].connections, *self._relays[SECOND].connections)
        return any(one.owes for one in behind if "<" in one.open_ways)

    async def moved(self, limit: float) -> bool:
        """Wait until anything passes any tap; False: nothing did within the limit (seconds)."""
        self._progress.clear()
        try:
            await asyncio.wait_for(self._progress.wait(), max(0.0, limit))
        except TimeoutError:
            return False
        return True

    def _watch(self, one: Tapped, io: Io) -> None:
        self._progress.set()
        if one.tap == "ingress" and io.way == "<" and io.kind == "data":
            self.gates.open(HEAD)
            passed = self._tails.get(one, b"") + io.data
            self._tails[one] = passed[-LONGEST_MARKER:]
            for marker in MARKER.findall(passed):
                self.gates.open(marker.decode())
