"""The cases, as data: each module holds a tuple CASES; a new file here is found by itself."""

import importlib
import pkgutil
from functools import cache

from harness.case import Case


@cache
def catalogue() -> tuple[Case, ...]:
    """All cases, the happy ones first. Raises ValueError for two of one name."""
    found: list[Case] = []
    modules = [info.name for info in pkgutil.iter_modules(__path__)]
    for name in sorted(modules, key=lambda name: (name != "happy", name)):
        found += importlib.import_module(f"{__name__}.{name}").CASES
    keys = [(one.dialect, one.name) for one in found]
    if doubled := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"two cases of one name: {sorted(doubled)}")
    return tuple(found)
