"""The OpenAPI documents tell every route and every status that can come."""

from pathlib import Path
from typing import Any

import pytest

from fakes.services import accounting, auth, chat_routes
from fakes.services.routing import Route
from tests.fakes.services.stage import Stage, run

TABLES = {"auth": auth.ROUTES, "accounting": accounting.ROUTES, "chat": chat_routes.ROUTES}


async def document(stage: Stage, name: str) -> Any:
    system = stage.system
    apps = {"auth": system.auth.app, "accounting": system.accounting.app}
    stage.app = apps.get(name, system.chats[0].app)
    answer = await stage.ask("GET", "/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def references(told: Any) -> set[str]:
    """Every $ref anywhere in it."""
    if isinstance(told, list):
        return {ref for one in told for ref in references(one)}
    if not isinstance(told, dict):
        return set()
    found = {ref for one in told.values() for ref in references(one)}
    return found | {told["$ref"]} if "$ref" in told else found


@pytest.mark.parametrize("name", TABLES)
def test_every_reference_leads_somewhere(tmp_path: Path, name: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            told = await document(stage, name)
            known = {f"#/components/schemas/{one}" for one in told["components"]["schemas"]}
            assert references(told) == known

    run(check)


CASES = [(name, route) for name, table in TABLES.items() for route in table]


@pytest.mark.parametrize(("name", "route"), CASES, ids=lambda one: getattr(one, "path", one))
def test_every_route_is_told(tmp_path: Path, name: str, route: Route) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            told = (await document(stage, name))["paths"][route.path][route.method.lower()]
            expected = {str(status) for status in (route.status, *route.refusals)}
            assert set(told["responses"]) == expected
            assert "422" not in told["responses"]
            assert ("401" in expected) or route.open
            assert ("requestBody" in told) == (route.asks is not None)
            assert ({"400", "413"} <= expected) == (route.asks is not None)
            assert bool(told["security"]) != route.open

    run(check)


def test_operations_have_names_of_their_own(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            for name, table in TABLES.items():
                told = (await document(stage, name))["paths"]
                names = [one["operationId"] for path in told.values() for one in path.values()]
                assert len(set(names)) == len(names) == len(table)

    run(check)
