"""A response carries one Access-Control-Allow-Origin value; the policies of the proxy and of the
upstream are not both sent.

A transparent proxy that hands on what the upstream sent twice is not guilty.

Basis: Fetch standard, CORS check.
Broken in: mostlygeek/llama-swap#1133 ("*, " refused as a header value), tmustier/pi-for-excel#555
(blocked by the browser).
"""

from collections.abc import Iterator

from contracts.fields import ALLOW_ORIGIN, elements
from contracts.message import Message
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    needs=(
        Need(
            "a response with Access-Control-Allow-Origin",
            lambda trace: any(_allowed(one) for one in trace.exchanges),
        ),
    ),
)
def single_origin(trace: Trace) -> Iterator[Finding]:
    for one in trace.exchanges:
        went, came = _values(one.response), _values(_came(one))
        relayed = not trace.bridge and len(elements(went)) <= len(elements(came))
        if _is_double(went) and not relayed:
            yield Finding(one.response, "one value", went, header=ALLOW_ORIGIN)


def _is_double(values: tuple[str, ...]) -> bool:
    return len(values) > 1 or any("," in value for value in values)


def _came(one: Exchange) -> Message | None:
    return one.egress.response if one.egress else None


def _values(message: Message | None) -> tuple[str, ...]:
    return message.values(ALLOW_ORIGIN) if message else ()


def _allowed(one: Exchange) -> bool:
    return bool(one.response and (_values(one.response) or _values(_came(one))))


_ANY, _OWN = (ALLOW_ORIGIN, "*"), (ALLOW_ORIGIN.lower(), "https://app.example")
_CAME = (sent(), got(200, [_ANY]))
_TWICE = (sent(), got(200, [_ANY, _ANY]))
HOLDS = trial(call(_CAME, gets=got(200, [_ANY])), call(_CAME, gets=got(200, [_OWN])))
HOLDS_RELAYED = trial(call(_TWICE, gets=got(200, [_ANY, _ANY])), dialect="transparent")
BREAKS = trial(call(_CAME, gets=got(200, [_ANY, _OWN])), dialect="session")
BREAKS_JOINED = trial(call(_CAME, gets=got(200, [(ALLOW_ORIGIN, "*, *")])), dialect="transparent")
BREAKS_BRIDGE = trial(call(sent(), gets=got(200, [_ANY, _ANY])))
