"""`proxytrial diagnose`: its options, and which of them go with which walk."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.diagnose.endpoints import load_map, login_of, secret_of
from harness.diagnose.settings import Settings, located
from harness.diagnose.trying import Asked, cases_of, chosen
from harness.errors import UsageError


class Walk(StrEnum):
    """What to look for."""

    mismatch = "mismatch"
    forbidden = "403"


def _option(told: str, metavar: str) -> typer.models.OptionInfo:
    made: typer.models.OptionInfo = typer.Option(help=told, metavar=metavar)
    return made


Which = Annotated[Walk, typer.Argument(help="A refused session id, or a streaming 403.")]
BaseUrl = Annotated[str, _option("The chat service, or a proxy that runs already (403).", "URL")]
AuthUrl = Annotated[str, _option("The auth service, if it is elsewhere.", "URL")]
AccountingUrl = Annotated[str, _option("The accounting service, if it is elsewhere.", "URL")]
Through = Annotated[str | None, _option("A proxy in front of --base-url, to compare with.", "URL")]
Client = Annotated[str | None, _option("Your own client; {base_url} is filled in.", "COMMAND")]
ClientLimit = Annotated[
    float, typer.Option(min=0.1, metavar="S", help="Seconds that a run of your client may take.")
]
MapFile = Annotated[Path | None, typer.Option("--map", metavar="FILE", help="Your system (TOML).")]
Hold = Annotated[float, typer.Option(min=0.1, metavar="S", help="Seconds to look for expiry.")]
User = Annotated[
    str, typer.Option(envvar="PROXYTRIAL_LOGIN", metavar="USER:PASSWORD", help="Who asks.")
]
Admin = Annotated[
    str, typer.Option(envvar="PROXYTRIAL_ADMIN", metavar="USER:PASSWORD", help="Gives credits.")
]
Token = Annotated[
    str, typer.Option(envvar="PROXYTRIAL_TOKEN", metavar="TOKEN", help="In place of a login.")
]
TargetName = Annotated[str, _option("403: a target by name or file.", "NAME|FILE")]
ProxyCommand = Annotated[str, _option("403: a command that starts a proxy.", "COMMAND")]
Bind = Annotated[str, _option("403, with --base-url: where it sends to.", "HOST:PORT")]
Dialect = Annotated[str, _option("403: arena or transparent.", "D")]
Defect = Annotated[str, _option("403: a bug planted in the reference.", "NAME")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def diagnose(
    what: Which = Walk.mismatch,
    base_url: BaseUrl = "",
    auth_url: AuthUrl = "",
    accounting_url: AccountingUrl = "",
    through: Through = None,
    client: Client = None,
    client_limit: ClientLimit = 30.0,
    map_file: MapFile = None,
    login: User = "",
    admin: Admin = "",
    token: Token = "",
    hold: Hold = 4.0,
    target: TargetName = "",
    proxy_command: ProxyCommand = "",
    upstream_bind: Bind = "",
    dialect: Dialect = "",
    defect: Defect = "",
    as_json: AsJson = False,
) -> None:
    """Find the root cause of a refused streaming session id, or of a streaming 403.

    \b
    uv run proxytrial diagnose --base-url http://127.0.0.1:3002
    uv run proxytrial diagnose --base-url http://127.0.0.1:3002 --through http://127.0.0.1:8080
    uv run proxytrial diagnose --base-url http://127.0.0.1:3002 --client "my-client {base_url}"
    uv run proxytrial diagnose 403 --defect seed_403
    uv run proxytrial diagnose 403 --base-url http://127.0.0.1:8080 --upstream-bind 127.0.0.1:9000

    Exit status: 0 all well, 1 a cause was found or a bug was noticed, 2 no verdict.
    """
    system = {"--auth-url": auth_url, "--accounting-url": accounting_url, "--map": map_file}
    system |= {"--through": through, "--client": client}
    trial = {"--target": target, "--proxy-command": proxy_command, "--defect": defect}
    trial |= {"--upstream-bind": upstream_bind, "--dialect": dialect}
    _refuse(system if what is Walk.forbidden else trial, what)
    if what is Walk.forbidden:
        asked = Asked(target, base_url, proxy_command, upstream_bind, dialect, defect)
        sys.exit(_forbidden(asked, as_json))
    if not base_url:
        raise UsageError("--base-url is needed: where your chat service is")
    settings = located(base_url, auth_url, accounting_url, through)
    if client is not None and not client.strip():
        raise UsageError("--client: a command is needed")
    settings = replace(settings, client=client or "", client_limit=client_limit, hold=hold)
    sys.exit(_mismatch(_asking(settings, map_file, login, admin, token), as_json))


def _refuse(options: Mapping[str, object], what: Walk) -> None:
    """Raises UsageError for an option of the other walk."""
    if given := [name for name, value in options.items() if value not in (None, "")]:
        other = "403" if what is Walk.mismatch else "mismatch"
        raise UsageError(f"{given[0]} goes with `diagnose {other}`")


def _asking(
    settings: Settings, map_file: Path | None, login: str, admin: str, token: str
) -> Settings:
    """Who asks: an option or its variable, else the map."""
    told = load_map(map_file)
    return replace(
        settings,
        map=told,
        login=login_of(login, "--login") if login else None,
        admin=login_of(admin, "--admin") if admin else None,
        token=secret_of(token or told.token, "--token"),
    )


def _mismatch(settings: Settings, as_json: bool) -> int:
    """The exit status. Imported late, as all commands load this module."""
    from harness.diagnose import showing, walk

    told = showing.progress([name for name, _ in walk.STEPS])
    return showing.show(walk.walk(settings, told), as_json)


def _forbidden(asked: Asked, as_json: bool) -> int:
    """The exit status. Only a command reaches for the catalogue of cases."""
    from harness.diagnose import forbidden, showing
    from scenarios.cases import catalogue

    target, dialect = chosen(asked)
    cases = cases_of(catalogue(), dialect)
    told = showing.progress(list(cases))
    return showing.show(forbidden.walk(target, cases, asked.defect, told), as_json)
