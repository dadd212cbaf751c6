"""Planted bugs, one a file: a class that overrides a seam of the reference.

Its `declares` names the contracts that it breaks by itself; nothing has to be registered.
"""

import importlib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from targets.reference.bridge import Bridge
    from targets.reference.gateway import Gateway


def names() -> list[str]:
    """All defects, sorted; a new file is one."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))


def load(name: str) -> "type[Bridge] | type[Gateway]":
    """The class in that file. Raises ValueError with near matches for an unknown name."""
    if name not in names():
        near = get_close_matches(name, names(), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise ValueError(f"unknown defect {name!r}{hint}")
    module = importlib.import_module(f"{__name__}.{name}")
    own = (
        one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__
    )
    found: type[Bridge] | type[Gateway] = next(one for one in own if hasattr(one, "declares"))
    return found


def dialect_of(name: str) -> str:
    """ "arena" for a bug of the bridge, "transparent" for one of the gateway."""
    bases = {base.__name__ for base in load(name).__mro__}
    return "arena" if "Bridge" in bases else "transparent"
