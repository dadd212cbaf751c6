"""What the answers to earlier steps brought, for later requests: `${login.token}`, `${s.id|upper}`.

`id` is the streaming session id, `text` what the chunks say, `tokens` what the last event says,
`token` the access token, `json:NAME` a member of a JSON body, `header:NAME` a field. A client reads
them from what it got, so they are missing (empty, or 0 tokens) where the answer was damaged.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.message import Message
from contracts.needs import events
from fakes.client import Asking
from harness.errors import UsageError

ID_HEADER = "X-Streaming-Session-Id"
REFERENCE = re.compile(r"\$\{(\w+)\.([\w:.-]+)(?:\|(\w+))?\}")


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


CHANGES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "swapcase": str.swapcase,
    "percent": _quoted,
    "reverse": lambda text: text[::-1],
    "timestamp": lambda text: "-".join(text.split("-")[:2]),
    "undashed": lambda text: text.replace("-", ""),
    "homoglyph": lambda text: text.replace("s", "\u0455", 1).replace("a", "\u0430"),
    "fullwidth": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
}


@dataclass(slots=True)
class Brought:
    """The answers so far, by the names of their steps."""

    _asked: dict[str, Asking] = field(default_factory=dict)

    def add(self, name: str, asking: Asking) -> None:
        if name:
            self._asked[name] = asking

    def names(self, *texts: str) -> set[str]:
        """The steps that these texts refer to."""
        return {found[1] for text in texts for found in REFERENCE.finditer(text)}

    def filled(self, text: str, *, escaped: bool = False) -> str:
        """The text with every reference replaced; `escaped`: it stands inside of a JSON string.

        Raises UsageError for a step or a change that there is not.
        """

        def value(found: re.Match[str]) -> str:
            name, what, change = found.groups()
            if name not in self._asked or (change and change not in CHANGES):
                known = ", ".join([*self._asked, *CHANGES])
                raise UsageError(f"{found[0]}: no such step or change; there are: {known}")
            read = _read(self._asked[name].answer, what)
            changed = CHANGES[change](read) if change else read
            return json.dumps(changed)[1:-1] if escaped else changed

        return REFERENCE.sub(value, text)


def _read(answer: Message | None, what: str) -> str:
    kind, _, name = what.partition(":")
    if answer is None:
        return "0" if kind == "tokens" else ""
    match kind:
        case "id":
            return answer.value(ID_HEADER)
        case "header":
            return answer.value(name)
        case "token":
            return _member(answer.json(), "accessToken")
        case "json":
            return _member(answer.json(), name)
        case "text":
            return "".join(_event_members(answer, "chunk", "text"))
        case "tokens":
            return next(iter(_event_members(answer, "done", "tokensUsed")), "0")
    raise UsageError(f"${{....{what}}}: it must be id, token, text, tokens, json:NAME, header:NAME")


def _member(value: object, name: str) -> str:
    """The member, or that of a member: `user.id`."""
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else str(value)


def _event_members(answer: Message, kind: str, name: str) -> list[str]:
    found = []
    for event in events(answer):
        if event.type == kind:
            try:
                found.append(_member(json.loads(event.data), name))
            except ValueError:
                continue
    return found
