"""Writes docs/contracts.md from the contracts: `uv run python docs/make_contracts.py`."""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from pathlib import Path

from contracts.judge import discover
from contracts.verdict import Contract

PAGE = Path(__file__).with_name("contracts.md")
HEAD = """# The contracts

Made by `uv run python docs/make_contracts.py`; do not edit. The sentences are shortened:
`uv run proxytrial contracts --json` has them in full, with their basis and where each was seen
broken.

- *level*: a broken MUST fails the run; a broken SHOULD warns (`--strict-contracts`: fails it).
- *applies*: `all` proxies, `transparent` ones, a `bridge` between two protocols, or all that stand
  before the [session services](session-services.md) (`session`). Some judge a session service and
  not the proxy: their findings are never blamed on the proxy.
- *seen*: issues of public projects in which we found it broken.
"""


def page() -> str:
    families = groupby(discover().values(), key=lambda one: one.family)
    return HEAD + "".join(table(family, tuple(members)) for family, members in families)


def table(family: str, members: tuple[Contract, ...]) -> str:
    said = (import_module(f"contracts.{family}").__doc__ or "").strip()
    return "\n".join(["", f"## {family}", "", said, "", *rows(members), ""])


def rows(members: tuple[Contract, ...]) -> Iterator[str]:
    yield "| id | level | applies | statement | seen |"
    yield "|---|---|---|---|---:|"
    for one in members:
        said = short(one.statement).replace("|", "\\|")
        yield f"| `{one.id}` | {one.level} | {one.applies} | {said} | {len(one.seen) or ''} |"


def short(statement: str) -> str:
    """The sentence up to its first colon or semicolon, without what stands in brackets."""
    bare = re.sub(r" \([^()]*\)", "", statement)
    return re.split(r"[:;] ", bare)[0].rstrip(".") + "."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
