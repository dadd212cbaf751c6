"""How long hypothesis tries: `ci` makes the same examples each time, `thorough` many new ones."""

import pytest
from hypothesis import HealthCheck, settings

COMMON = settings(
    deadline=None,
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PROFILES = {
    "ci": settings(COMMON, max_examples=40, derandomize=True, database=None),
    "dev": settings(COMMON, max_examples=60),
    "thorough": settings(COMMON, max_examples=1000),
}


def load(config: pytest.Config) -> None:
    """Register the profiles; `--hypothesis-profile` chooses, `ci` is the default."""
    for name, chosen in PROFILES.items():
        settings.register_profile(name, chosen)
    wanted: str = config.getoption("--hypothesis-profile") or "ci"
    if wanted not in PROFILES:
        known = ", ".join(PROFILES)
        raise pytest.UsageError(f"--hypothesis-profile {wanted}: there are {known}")
    settings.load_profile(wanted)
