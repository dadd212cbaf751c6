"""The order in which a bridge is asked its questions; the answers are the methods of the bridge."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
from starlette.types import ASGIApp

from targets.reference import arena, openai_shapes, upstream
from targets.reference.arena import Delta, Event, Finish, Opened
from targets.reference.attempts import Attempt, Outcome, answer_of, fresh_ids
from targets.reference.errors import ApiError, upstream_failures
from targets.reference.pacing import drain, paced
from targets.reference.replies import EventStream, json_reply
from targets.reference.trip import Trip

if TYPE_CHECKING:
    from targets.reference.bridge import Bridge

LINGER = 0.05


async def exchange(bridge: "Bridge", trip: Trip, attempt: Attempt) -> httpx.Response:
    """One POST. Raises ApiError when the connection fails."""
    body = upstream.payload(trip.chat, attempt.ids or fresh_ids())
    headers = upstream.raw(bridge.attempt_headers(trip, attempt))
    url = bridge.config.upstream + upstream.PATH
    with upstream_failures():
        return await bridge.send(
            bridge.client.build_request("POST", url, headers=headers, content=body)
        )


async def opened(bridge: "Bridge", trip: Trip) -> httpx.Response:
    """Attempts until one is answered with 200; raises ApiError with the last answer's status."""
    attempt = bridge.first_attempt()
    while True:
        ids, token = bridge.message_ids(attempt.ids), await bridge.captcha_token(trip, attempt)
        attempt = replace(attempt, ids=ids, token=token)
        response = await exchange(bridge, trip, attempt)
        answer = await answer_of(response)
        outcome = bridge.classify(answer)
        bridge.learn(trip, attempt, outcome, answer)
        if outcome is Outcome.CONTENT:
            return response
        await response.aclose()
        following = bridge.following(trip, attempt, outcome, answer)
        if following is None:
            raise bridge.failure(trip, attempt, outcome, answer)
        attempt = following


async def events(bridge: "Bridge", trip: Trip) -> AsyncGenerator[Event, None]:
    response = await opened(bridge, trip)
    async with aclosing(response):
        yield Opened(response.headers)
        try:
            with upstream_failures():
                async with aclosing(content(bridge.upstream_bytes(response))) as parts:
                    async for part in parts:
                        yield part
        except ApiError as error:
            raise replace(error, headers=bridge.forwarded_headers(response.headers)) from error


async def content(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Delta | Finish, None]:
    """From the first text on; an answer without any is an error, and so is one without an end."""
    spoken, lines = False, arena.lines(chunks)
    async for line in lines:
        part = arena.parse(line)
        spoken = spoken or (isinstance(part, Delta) and bool(part.text))
        if part and spoken:
            yield part
        if isinstance(part, Finish):
            break
    if not spoken:
        raise ApiError(502, "The upstream sent an empty answer.", code="upstream_empty")
    if not isinstance(part, Finish):
        raise ApiError(502, "The upstream ended its answer too early.", code="upstream_ended")
    await drain(lines, LINGER)


async def plain(bridge: "Bridge", trip: Trip) -> ASGIApp:
    headers, parts, finish = httpx.Headers(), list[Delta](), Finish(None)
    async with aclosing(bridge.events(trip)) as events:
        async for part in events:
            match part:
                case Opened():
                    headers = part.headers
                case Delta():
                    parts.append(part)
                case Finish():
                    finish = part
    value = bridge.completion(trip, parts, finish)
    return json_reply(200, value, bridge.forwarded_headers(headers))


async def stream(bridge: "Bridge", trip: Trip) -> ASGIApp:
    """The head is not committed before there is content, or before a keep-alive is due."""
    source = paced(bridge.events(trip), bridge.config.keepalive)
    headers, first = httpx.Headers(), None
    async for first in source:
        if not isinstance(first, Opened):
            break
        headers = first.headers
    chunks = told(bridge, trip, first, source)
    return EventStream(bridge.stream_headers(headers), bridge.deliver(chunks))


async def told(
    bridge: "Bridge",
    trip: Trip,
    first: Event | None,
    source: AsyncGenerator[Event | None, None],
) -> AsyncGenerator[bytes, None]:
    """One piece of bytes for each event; a failure becomes an event, and then nothing is done."""
    text = ""
    try:
        async with aclosing(source):
            async for part in following_on(first, source):
                text += part.text if isinstance(part, Delta) else ""
                yield openai_shapes.framed(trip.reply, part, text if trip.chat.usage else None)
    except ApiError as error:
        yield openai_shapes.event(bridge.envelope(error))


async def following_on(
    first: Event | None, source: AsyncGenerator[Event | None, None]
) -> AsyncGenerator[Event | None, None]:
    """first, then source; no keep-alive after the end."""
    yield first
    finished = isinstance(first, Finish)
    async for part in source:
        if not finished:
            yield part
        finished = finished or isinstance(part, Finish)
