"""What one hop adds: mitmproxy beside nginx, the look-up of a fault, the first event of a stream.

The same requests go straight, through nginx and through mitmproxy in turns, request by request, on
connections that stay open. What a hop adds is its median minus the median of the straight way.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from statistics import median
from time import perf_counter

from mitmproxy.test.tflow import tflow

from bench import ways
from bench.effort import Effort, Say
from bench.origin import Caller, Origin
from bench.rows import Limit, Row, differences, ratios
from harness.loop import Loop
from harness.mitm import Leg

OVER_NGINX, LOOKUP, FIRST = NAMES = ("mitmproxy_over_nginx", "fault_lookup", "first_event_added")
LOOKUPS = 500
Asks = Mapping[str, Callable[[], float]]
Medians = Mapping[str, tuple[float, ...]]
"""A way, and the median of each round in microseconds."""


def measure(names: Sequence[str], effort: Effort, say: Say) -> list[Row]:
    """The rows named; the comparison with nginx is skipped where nginx is not installed."""
    with ExitStack() as held:
        loop, origin = held.enter_context(Loop()), Origin()
        callers = _callers(held, loop, origin, nginx=OVER_NGINX in names)
        gets: Asks = {way: caller.get for way, caller in callers.items()}
        say("plain requests")
        plain = _rounds(gets, effort.requests, effort.rounds)
        say("first events")
        seen = partial(loop.loop.call_soon_threadsafe, origin.saw_first)
        firsts: Asks = {way: partial(one.first_event, seen) for way, one in callers.items()}
        streams = _rounds(firsts, effort.streams, effort.rounds)
    rows = (_over_nginx(plain), _looked_up(plain, effort.rounds), _first(streams))
    return [row for row in rows if row.name in names]


def _callers(held: ExitStack, loop: Loop, origin: Origin, nginx: bool) -> dict[str, Caller]:
    straight = loop.serve(origin.serve)
    entry = {"straight": straight}
    entry["mitmproxy"] = held.enter_context(ways.mitmproxy(loop, straight))
    if nginx and ways.NGINX.installed():
        entry["nginx"] = held.enter_context(ways.nginx(loop, straight))
    return {way: held.enter_context(Caller(entry[way])) for way in entry}


def _rounds(asks: Asks, count: int, rounds: int) -> Medians:
    """One round more than asked for is played first, to warm up."""
    told: dict[str, list[float]] = {way: [] for way in asks}
    for _ in range(rounds + 1):
        times: dict[str, list[float]] = {way: [] for way in asks}
        for _ in range(count):
            for way, ask in asks.items():
                times[way].append(ask())
        for way in asks:
            told[way].append(1e6 * median(times[way]))
    return {way: tuple(figures[1:]) for way, figures in told.items()}


def _over_nginx(plain: Medians) -> Row:
    row = Row(OVER_NGINX, "added by a mitmproxy hop / added by an nginx hop, kept-alive GET")
    if "nginx" not in plain:
        return Row(row.name, row.compares, note=f"nginx is missing ({ways.NGINX.how_to_install()})")
    ours = differences(plain["mitmproxy"], plain["straight"])
    theirs = differences(plain["nginx"], plain["straight"])
    if min(theirs) <= 0:
        return Row(row.name, row.compares, note="nginx added nothing: the machine is too busy")
    note = f"{median(ours):.0f} and {median(theirs):.0f} µs added"
    return Row(row.name, row.compares, ratios(ours, theirs), "x", Limit("<=", 18), note)


def _looked_up(plain: Medians, rounds: int) -> Row:
    hop = differences(plain["mitmproxy"], plain["straight"])
    spent = tuple(_lookup() for _ in range(rounds))
    shares = tuple(100 * share for share in ratios(spent, hop))
    note = f"{median(spent):.1f} of {median(hop):.0f} µs"
    compares = "choosing the fault by listener port, both legs / time that a mitmproxy hop adds"
    return Row(LOOKUP, compares, shares, "%", Limit("<=", 10), note)


def _lookup() -> float:
    """Microseconds that the legs take to find the run's fault, or none, for one exchange."""
    flow = tflow(resp=True)
    with_fault, without = Leg(1), Leg(2)
    with_fault.acting = [_Deaf()]
    flow.client_conn.sockname = ("127.0.0.1", 1)
    start = perf_counter()
    for _ in range(LOOKUPS):
        for leg in (with_fault, without):
            leg.requestheaders(flow)
            leg.request(flow)
            leg.responseheaders(flow)
            leg.response(flow)
    return 1e6 * (perf_counter() - start) / LOOKUPS


class _Deaf:
    """An addon that is found but has no hook, so that only the finding is measured."""


def _first(streams: Medians) -> Row:
    added = differences(streams["mitmproxy"], streams["straight"])
    compares = "first event of a stream that goes on: what a streaming mitmproxy hop adds"
    note = f"{median(streams['straight']) / 1000:.2f} ms straight"
    return Row(FIRST, compares, tuple(a / 1000 for a in added), "ms", Limit("<=", 10), note)
