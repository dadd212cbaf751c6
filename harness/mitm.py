"""A lean mitmproxy in the chain's own loop: two reverse listeners, one a leg.

It stands on a leg only while an addon fault needs it. Which addons act is chosen per run from an
in-process plan, told apart by listener port: that costs microseconds, a restart costs 40 ms.
"""

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mitmproxy import ctx, http, options
from mitmproxy.addons import core, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master

import mitm_addons
from harness.case import Fault
from harness.errors import UsageError
from harness.folders import folder
from harness.ports import Port


@cache
def kinds() -> Mapping[str, tuple[type, Mapping[str, Any], tuple[str, ...]]]:
    """Ready-made faults of the addons: kind -> class, settings, contracts at risk."""
    found: dict[str, tuple[type, Mapping[str, Any], tuple[str, ...]]] = {}
    for module_info in pkgutil.iter_modules(mitm_addons.__path__):
        module = importlib.import_module(f"mitm_addons.{module_info.name}")
        for kind, settings in getattr(module, "FAULTS", {}).items():
            found[kind] = (type(module.addons[0]), settings, module.AT_RISK)
    return found


def build(fault: Fault, elsewhere: str) -> Any:
    """The addon of a fault. Raises UsageError for a kind that no addon makes."""
    if fault.kind not in kinds():
        raise UsageError(f"fault {fault.kind!r} is made by no addon: {', '.join(sorted(kinds()))}")
    made, settings, _ = kinds()[fault.kind]
    filled = {
        name: value.replace("$elsewhere", elsewhere) if isinstance(value, str) else value
        for name, value in {**settings, **fault.settings}.items()
    }
    return made(**filled)


class Leg:
    """Hands each event of its own listener to the addons of the current run."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.name = f"leg_{port}"
        self.acting: Sequence[Any] = ()  # not `addons`: mitmproxy would call those by itself
        self.trouble: list[str] = []  # exceptions of addons, which mitmproxy would only log

    def act(self, addons: Sequence[Any]) -> None:
        """A run begins: these addons act in it, and the trouble of the last one is over."""
        self.acting, self.trouble = addons, []

    def _pass(self, event: str, flow: http.HTTPFlow) -> None:
        if flow.client_conn.sockname[1] == self.port:
            for addon in self.acting:
                self._call(addon, event, flow)

    def _call(self, addon: Any, event: str, flow: http.HTTPFlow) -> None:
        try:
            if hook := getattr(addon, event, None):
                hook(flow)
        except Exception as error:
            self.trouble.append(f"{type(addon).__name__}.{event}: {error!r}")
            raise

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if flow.client_conn.sockname[1] == self.port:
            flow.request.stream = True
        self._pass("requestheaders", flow)

    def request(self, flow: http.HTTPFlow) -> None:
        self._pass("request", flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if flow.client_conn.sockname[1] == self.port and flow.response:
            flow.response.stream = True
        self._pass("responseheaders", flow)

    def response(self, flow: http.HTTPFlow) -> None:
        self._pass("response", flow)

    def error(self, flow: http.HTTPFlow) -> None:
        self._pass("error", flow)


class Mitm:
    """The master with its two listeners; `front` and `back` are their ports."""

    def __init__(self, onward_front: int, onward_back: int) -> None:
        self._ports = Port(), Port()
        self.front, self.back = (Leg(port.number) for port in self._ports)
        self._modes = [
            f"reverse:http://127.0.0.1:{onward}@127.0.0.1:{leg.port}"
            for leg, onward in ((self.front, onward_front), (self.back, onward_back))
        ]
        self._running = asyncio.Event()
        self._confdir = folder()

    def running(self) -> None:
        self._running.set()

    async def start(self) -> None:
        logging.getLogger("mitmproxy").setLevel(logging.ERROR)
        chosen = options.Options(mode=self._modes, confdir=self._confdir.name)
        self._master = Master(chosen, event_loop=asyncio.get_running_loop())
        lean = (core.Core(), proxyserver.Proxyserver(), next_layer.NextLayer())
        self._master.addons.add(*lean, tlsconfig.TlsConfig())
        chosen.update(
            validate_inbound_headers=False, connection_strategy="lazy", keep_host_header=True
        )
        self._master.addons.add(self.front, self.back, self)
        self._task = asyncio.create_task(self._master.run())
        await self._running.wait()

    def activate(self) -> None:
        """Make this master the one that new connections are handed to.

        mitmproxy looks it up in its global `ctx`, where the last master made would stand.
        """
        ctx.master, ctx.options = self._master, self._master.options

    async def stop(self) -> None:
        self._master.shutdown()
        await self._task
        for port in self._ports:
            port.release()
        self._confdir.cleanup()
