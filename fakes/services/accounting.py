"""The accounting service: it allocates credits and settles what streams used.

The declared rule: chunks sent times the model's price, at the end as at an early end.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from fakes.services.answers import Refused, answer, stamp
from fakes.services.ledger import Ledger
from fakes.services.rate import Rate
from fakes.services.reading import read
from fakes.services.routing import Route, admitted, application, health_at
from fakes.services.settings import Settings
from fakes.services.shapes import (
    Allocate,
    Allocation,
    Balance,
    Initialize,
    Problem,
    Reserved,
    Settle,
    Settled,
)
from fakes.services.tokens import Claims, Tokens, bearer

DAY = 24 * 3600.0
STREAMS = "/api/streaming-sessions"


class Accounting:
    """Every method is a seam."""

    declares: tuple[str, ...] = ()
    name = "accounting"

    def __init__(
        self, path: Path, settings: Settings, tokens: Tokens, now: Callable[[], float]
    ) -> None:
        self.settings, self.tokens, self.now = settings, tokens, now
        self.rate = Rate(settings.rate_limit, now)
        self.ledger = Ledger(path)
        self.app = application(self, "Accounting", ROUTES)

    # The life of the service

    def open(self) -> None:
        self.ledger.open()

    def close(self) -> None:
        self.ledger.database.close()

    def reset(self) -> None:
        self.ledger.reset()
        self.rate.forget()

    # Decisions

    def admits(self, claims: Claims) -> bool:
        return claims.type == "access"

    def exposed(self) -> str:
        """The names in Access-Control-Expose-Headers."""
        return self.settings.id_header

    def limits(self, path: str) -> bool:
        """Whether requests to this path count for the rate limit; the chat service's do not."""
        return not path.startswith(f"{STREAMS}/")

    def problem(self, refused: Refused) -> Problem:
        return Problem(refused.message, refused.message, refused.code)

    def may_allocate(self, claims: Claims) -> bool:
        return claims.role in ("admin", "supervisor")

    def may_reserve(self, claims: Claims) -> bool:
        return claims.type == "service"

    def charge(self, asked: Settle) -> int:
        """Credits."""
        return asked.chunks * asked.credit_cost


async def allocate(service: Accounting, request: Request) -> Response:
    claims = admitted(service, request)
    if not service.may_allocate(claims):
        raise Refused(403, "Only an admin or a supervisor may allocate credits.")
    asked = await read(request, Allocate, service.settings.max_body)
    identity, expires = secrets.token_hex(12), service.now() + asked.expiry_days * DAY
    user, credits = asked.user_id, asked.credits
    service.ledger.allocate(identity, user, credits, expires, asked.notes, claims.sub)
    return answer(201, Allocation(identity, user, credits, credits, stamp(expires)))


async def balance(service: Accounting, request: Request) -> Response:
    claims = admitted(service, request)
    return answer(200, service.ledger.balance(claims.sub, service.now()))


def only_services(service: Accounting, request: Request) -> None:
    """Raises Refused 401, or 403 for an end user with a good token."""
    if not service.may_reserve(service.tokens.read(bearer(request))):
        admitted(service, request)
        raise Refused(403, "Only the chat service may do this.")


async def initialize(service: Accounting, request: Request) -> Response:
    only_services(service, request)
    asked = await read(request, Initialize, service.settings.max_body)
    stream, user = asked.streaming_session_id, asked.user_id
    if service.ledger.owner(stream) not in (None, (user, True)):
        raise Refused(409, "This stream has ended, or is somebody else's.")
    if not service.ledger.reserve(stream, user, asked.credits, asked.instance, service.now()):
        raise Refused(402, "The credits do not suffice.", "INSUFFICIENT_CREDITS")
    return answer(201, Reserved(stream, service.ledger.held(stream)))


async def finalize(service: Accounting, request: Request) -> Response:
    return await settle(service, request)


async def abort(service: Accounting, request: Request) -> Response:
    return await settle(service, request)


async def settle(service: Accounting, request: Request) -> Response:
    only_services(service, request)
    asked = await read(request, Settle, service.settings.max_body)
    if not service.ledger.owner(asked.streaming_session_id):
        raise Refused(404, "No such stream.")
    found = service.ledger.settle(asked.streaming_session_id, service.charge(asked))
    return answer(200, Settled(asked.streaming_session_id, *found))


ROUTES = (
    health_at("/health"),
    health_at("/api/credits/health"),
    Route(
        "POST",
        "/api/credits/allocate",
        allocate,
        "Give a user credits.",
        Allocate,
        Allocation,
        status=201,
        refuses=(403,),
    ),
    Route("GET", "/api/credits/balance", balance, "One's own credits.", None, Balance),
    Route(
        "POST",
        f"{STREAMS}/initialize",
        initialize,
        "Reserve credits for a stream.",
        Initialize,
        Reserved,
        status=201,
        refuses=(402, 403, 409),
    ),
    Route(
        "POST",
        f"{STREAMS}/finalize",
        finalize,
        "Settle a stream that is done.",
        Settle,
        Settled,
        refuses=(403, 404),
    ),
    Route(
        "POST",
        f"{STREAMS}/abort",
        abort,
        "Settle a stream that ended early.",
        Settle,
        Settled,
        refuses=(403, 404),
    ),
)
