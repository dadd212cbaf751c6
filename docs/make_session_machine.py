"""Write docs/session-machine.md: how soon the made-up talks find each bug of the session services.

uv run python docs/make_session_machine.py
"""

from pathlib import Path

from scenarios.hunting import EXAMPLES, Found, hunt
from targets import defects

PAGE = Path(__file__).with_name("session-machine.md")
HEAD = """# Made-up talks

`test_made_up_talk` lets hypothesis hold several users, chat sessions and streams at once and
interleave what clients do: begin a stream, read some events of it, leave, update with any id,
update again, let time pass, restart the services, delete. A reference model of a hundred lines
(`scenarios/session_model.py`) says how each request must be answered, and every contract judges the
trace. No case was written for any bug: this is how soon each of the bugs of the session services is
found.

| bug | found as | talks | requests | seconds |
|---|---|---:|---:|---:|
"""
TAIL = """
Seconds are of one core of a small machine; talks and requests are the same each time. Made by
`uv run python docs/make_session_machine.py`, which fails if a bug is not found.
"""


def row(name: str) -> str:
    """The table's line. Raises SystemExit if the bug is not found."""
    found, effort, seconds = hunt(name)
    if not found:
        raise SystemExit(f"{name} is not found in {EXAMPLES} talks")
    told = str(found) if isinstance(found, Found) else "not as the model says"
    counts = f"{effort.talks} | {effort.requests} | {seconds:.1f}"
    return f"| `{name}` | {told} | {counts} |"


def main() -> None:
    names = [name for name in defects.names() if defects.place_of(name) == "service"]
    rows = []
    for name in names:
        rows.append(row(name))
        print(rows[-1], flush=True)
    PAGE.write_text(HEAD + "\n".join(rows) + "\n" + TAIL)


if __name__ == "__main__":
    main()
