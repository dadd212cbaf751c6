"""The bridge: OpenAI chat in front, the arena's line stream behind.

Every method is a seam: one decision, which a planted bug can take wrongly. The flows that ask for
these decisions are in flows.py.
"""

import logging
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import replace

import httpx
from starlette.types import ASGIApp

from targets.reference import chat, clients, errors, flows, openai_shapes, upstream
from targets.reference.arena import Delta, Event, Finish
from targets.reference.attempts import Answer, Attempt, Ids, Outcome, fresh_ids, outcome_of
from targets.reference.captcha import CaptchaProvider, HttpCaptcha
from targets.reference.chat import Chat
from targets.reference.config import Config, Identity
from targets.reference.errors import ApiError
from targets.reference.openai_shapes import Reply
from targets.reference.redaction import Redactor
from targets.reference.replies import STREAM_HEADERS, json_reply
from targets.reference.trip import Trip
from targets.reference.upstream import Mode
from targets.reference.wallet import Wallet

__all__ = ["Bridge", "Mode"]

log = logging.getLogger("reference")


class Bridge:
    """declares: the contracts that a planted bug breaks by itself; the reference breaks none."""

    declares: tuple[str, ...] = ()
    max_attempts = 3

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.config = config
        self.wallet = Wallet(config)
        self.redactor = Redactor(config.secrets)
        self.rate = clients.Rate(config.requests_per_minute)
        self.client = upstream.pooled_client(config, transport)

    # The client's request

    def known(self, key: str) -> bool:
        return clients.is_known(key, self.config.api_keys)

    def authenticate(self, fields: list[str]) -> str:
        """fields: the values of Authorization. The key, or ApiError 401."""
        key = clients.bearer(fields)
        if not self.known(key):
            raise clients.refused()
        return key

    def validate(self, body: bytes) -> Chat:
        return chat.parse(body, self.config.models)

    def start(self, asked: Chat, client: Mapping[str, str]) -> Trip:
        """client: the headers of the client's request."""
        reply = Reply(
            f"chatcmpl-{secrets.token_hex(12)}", int(time.time()), asked.model, asked.text
        )
        headers = self.identity_headers("stream" if asked.stream else "plain")
        token_headers = self.identity_headers("plain")
        token_headers.pop("Content-Type", None)
        passed_on = self.passed_on(client)
        return Trip(asked, reply, self.wallet.identity, headers, token_headers, passed_on)

    # The request that goes upstream

    def identity_headers(self, mode: Mode) -> dict[str, str]:
        return dict(upstream.prepared(self.wallet.identity, mode))

    def passed_on(self, client: Mapping[str, str]) -> dict[str, str]:
        """What of the client's own headers goes upstream: no credential of his."""
        key = client.get("idempotency-key")
        return {"Idempotency-Key": key} if key else {}

    def cookies(self, identity: Identity, credential: str) -> list[str]:
        """The values of the Cookie fields: one field."""
        return [f"cf_clearance={identity.clearance}; arena-auth-prod-v1={credential}"]

    def message_ids(self, previous: Ids | None) -> Ids:
        """previous: those of the attempt before, which the upstream would refuse."""
        return fresh_ids()

    def captcha(self, trip: Trip, attempt: Attempt) -> CaptchaProvider | None:
        if not self.config.captcha_path:
            return None
        cookies = [("Cookie", one) for one in self.cookies(trip.identity, attempt.credential)]
        headers = upstream.raw([*trip.token_headers.items(), *cookies])
        url = self.config.upstream + self.config.captcha_path
        return HttpCaptcha(self.client, url, headers, self.config.captcha_timeout)

    async def captcha_token(self, trip: Trip, attempt: Attempt) -> str | None:
        """A fresh one for each attempt; attempt.token is that of the attempt before."""
        provider = self.captcha(trip, attempt)
        token = await provider.token() if provider else None
        if token:
            self.redactor.learn(token)
        return token

    def attempt_headers(self, trip: Trip, attempt: Attempt) -> list[tuple[str, str]]:
        cookies = [("Cookie", one) for one in self.cookies(trip.identity, attempt.credential)]
        token = [("x-recaptcha-token", attempt.token)] if attempt.token else []
        return [*trip.headers.items(), *cookies, *trip.passed_on.items(), *token]

    async def send(self, request: httpx.Request) -> httpx.Response:
        """A redirect is an answer like any other: nothing is sent elsewhere."""
        return await self.client.send(request, stream=True)

    # What the upstream's answer means

    def first_attempt(self) -> Attempt:
        return Attempt(1, self.wallet.current)

    def classify(self, answer: Answer) -> Outcome:
        return outcome_of(answer)

    def learn(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> None:
        """What the next client request starts with; nothing is deleted."""
        name = self.wallet.name(attempt.credential)
        log.info("attempt %d, %s: %d, %s", attempt.number, name, answer.status, outcome.value)
        if answer.status == 403:
            self.wallet.forbidden[attempt.credential] += 1
        if outcome is Outcome.CONTENT:
            self.wallet.worked(attempt.credential)
        if outcome is Outcome.CREDENTIAL:
            self.wallet.refused(attempt.credential)
        if outcome is Outcome.CHALLENGE:
            self.wallet.challenged(trip.identity)

    def following(
        self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer
    ) -> Attempt | None:
        """The next attempt, if another credential or a fresh captcha token can help."""
        if attempt.number >= self.max_attempts:
            return None
        if outcome is Outcome.CAPTCHA and self.config.captcha_path:
            return attempt.again()
        other = self.wallet.after(attempt.credential, attempt.tried | {attempt.credential})
        return attempt.again(other) if outcome is Outcome.CREDENTIAL and other else None

    def failure(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> ApiError:
        error = upstream.failure_of(outcome, answer)
        return replace(error, headers=self.forwarded_headers(answer.headers))

    def upstream_bytes(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """The body with its content coding undone."""
        return response.aiter_bytes()

    def events(self, trip: Trip) -> AsyncGenerator[Event, None]:
        """Opened, content, Finish; raises ApiError wherever it ends otherwise."""
        return flows.events(self, trip)

    # The answer to the client

    async def answer(self, trip: Trip) -> ASGIApp:
        return await (self.stream(trip) if trip.chat.stream else self.plain(trip))

    async def stream(self, trip: Trip) -> ASGIApp:
        return await flows.stream(self, trip)

    async def plain(self, trip: Trip) -> ASGIApp:
        return await flows.plain(self, trip)

    def completion(self, trip: Trip, parts: list[Delta], finish: Finish) -> dict[str, object]:
        return openai_shapes.completion(trip.reply, parts, finish)

    def deliver(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """One write for each event, as it comes."""
        return chunks

    def stream_headers(self, headers: httpx.Headers) -> dict[str, str]:
        """headers: the upstream's; empty if a keep-alive came first."""
        return STREAM_HEADERS | self.forwarded_headers(headers)

    def forwarded_headers(self, headers: httpx.Headers) -> dict[str, str]:
        return {name: self.redact(value) for name, value in upstream.forwarded(headers).items()}

    def redact(self, text: str) -> str:
        return self.redactor(text)

    def envelope(self, error: ApiError) -> dict[str, object]:
        return errors.envelope(error, self.redact(error.message))

    def error_reply(self, error: ApiError, trip: Trip | None) -> ASGIApp:
        """trip: None if the request was never a valid one."""
        return json_reply(error.status, self.envelope(error), error.headers)
