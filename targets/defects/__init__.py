"""Planted bugs, one a file: a class that overrides a seam of the reference or of a session service.

Its `declares` names the contracts that it breaks by itself; nothing has to be registered.
"""

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

Place = Literal["bridge", "session gateway", "gateway", "service"]
PLACES: Mapping[str, Place] = {
    "Bridge": "bridge",
    "SessionGateway": "session gateway",
    "Gateway": "gateway",
}
DIALECTS: Mapping[Place, str] = {
    "bridge": "arena",
    "session gateway": "session",
    "gateway": "transparent",
    "service": "session",
}


def names() -> list[str]:
    """All defects, sorted; a new file is one."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))


def load(name: str) -> type[Any]:
    """The class in that file. Raises ValueError with near matches for an unknown name."""
    if name not in names():
        near = get_close_matches(name, names(), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise ValueError(f"unknown defect {name!r}{hint}")
    module = importlib.import_module(f"{__name__}.{name}")
    own = (
        one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__
    )
    found: type[Any] = next(one for one in own if hasattr(one, "declares"))
    return found


def place_of(name: str) -> Place:
    """Where the bug stands, by the class that it changes: in which target, or in a service."""
    bases = {base.__name__ for base in load(name).__mro__}
    return next((place for seam, place in PLACES.items() if seam in bases), "service")


def dialect_of(name: str) -> str:
    """The dialect in which the bug can show."""
    return DIALECTS[place_of(name)]
