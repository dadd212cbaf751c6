"""Silence noticed without disturbing what is awaited: the place where keep-alives come from."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def paced(source: AsyncGenerator[T, None], silence: float) -> AsyncGenerator[T | None, None]:
    """The items of source, and None whenever `silence` seconds have passed without one."""
    async with aclosing(source):
        while True:
            step = asyncio.ensure_future(anext(source))
            try:
                while not (await asyncio.wait({step}, timeout=silence))[0]:
                    yield None
                item = step.result()
            except StopAsyncIteration:
                return
            finally:
                await settled(step)
            yield item


async def settled(step: "asyncio.Future[T]") -> None:
    """Cancel what still runs and wait for its clean-up."""
    if not step.done():
        step.cancel()
        await asyncio.wait({step})


async def drain(source: AsyncGenerator[T, None], patience: float) -> None:
    """Read to the end, so that the connection can be used again; give up after patience seconds."""
    try:
        async with asyncio.timeout(patience):
            async for _ in source:
                continue
    except TimeoutError:
        return
