"""The command line: `uv run proxytrial`. Every command prints examples with --help."""

import json
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from harness import listing
from harness.diagnose.command import diagnose
from harness.errors import TargetError, UsageError
from harness.listing import WIDE, show
from harness.store import OUT

app = typer.Typer(
    help="Contract tests and fault injection for streaming proxies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
console = Console(width=WIDE)
complain = Console(stderr=True, highlight=False, width=WIDE)
serve = typer.Typer(help="Run a fake by hand.", no_args_is_help=True, rich_markup_mode="rich")
app.add_typer(serve, name="serve")
app.command("diagnose")(diagnose)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON objects instead of a table.")]
SERVICE_DATA = Path(".proxytrial") / "services"
Workers = Annotated[int, typer.Option("-n", min=1, help="Worker processes.")]

MATRIX_HELP = """Prove that every check can fail: each planted defect against each contract.

Examples:  uv run proxytrial kill-matrix      uv run proxytrial kill-matrix --defect 'seed*'"""


def main() -> None:
    """Run a command; trouble that a person can mend is one line and exit status 2."""
    try:
        app()
    except (UsageError, TargetError) as error:
        complain.print(f"proxytrial: {error}", markup=False, soft_wrap=True)
        sys.exit(2)


@app.command(help="List the contracts.  Example: uv run proxytrial contracts --json")
def contracts(as_json: AsJson = False) -> None:
    show(listing.contracts(), ("id", "level", "applies", "statement"), as_json)


@app.command(help="List the fault kinds.  Example: uv run proxytrial faults")
def faults(as_json: AsJson = False) -> None:
    show(listing.faults(), ("name", "where", "what"), as_json)


@app.command(help="List the targets that have a file.  Example: uv run proxytrial targets")
def targets(as_json: AsJson = False) -> None:
    show(listing.targets(), ("name", "installed", "dialects", "summary"), as_json)


@app.command(help="List the bugs that can be planted.  Example: uv run proxytrial defects")
def defects(as_json: AsJson = False) -> None:
    show(listing.defects(), ("name", "of", "declares", "story"), as_json)


@app.command(
    "replay",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    help="Run a case file again; what follows it goes to pytest.\n\n"
    "Example: uv run proxytrial replay reports/out/cases/55b2930a.json --defect seed_403",
)
def replay(
    context: typer.Context,
    case: Annotated[Path, typer.Argument(help="A file of reports/out/cases.")],
) -> None:
    from harness.target import CHECKOUT

    command = [sys.executable, "-m", "pytest", f"--case={case.resolve()}", *context.args]
    sys.exit(subprocess.run(command, cwd=CHECKOUT, check=False).returncode)


@app.command(
    help="Judge stored traces again, with the contracts as they are now.\n\n"
    "Example: uv run proxytrial recheck reports/out/traces"
)
def recheck(folder: Annotated[Path, typer.Argument(help="Where trace files are.")]) -> None:
    from contracts.judge import judge
    from contracts.trace import Trace
    from harness.store import read_trace

    paths = sorted(folder.glob("*.json")) if folder.is_dir() else [folder]
    if not paths:
        raise UsageError(f"recheck {folder}: no trace files (*.json) there")
    broken = 0
    for path in paths:
        verdicts = judge(Trace.of(read_trace(path)))
        found = [one for one in verdicts if one.outcome in ("fail", "warn", "harness_error")]
        broken += sum(one.outcome != "warn" for one in found)
        told = ", ".join(f"{one.outcome} {one.contract.id}" for one in found) or "nothing broken"
        console.print(f"{path.name}: {told}", soft_wrap=True, highlight=False)
    sys.exit(1 if broken else 0)


@app.command("kill-matrix", help=MATRIX_HELP)
def kill_matrix(
    defect: Annotated[str, typer.Option(help="Only defects that match this glob.")] = "*",
    workers: Workers = 2,
) -> None:
    from harness import kill_matrix as matrices
    from scenarios.cases import catalogue
    from targets import defects as planted

    names = [name for name in planted.names() if fnmatchcase(name, defect)]
    if not names:
        raise UsageError(f"--defect {defect}: no defect has such a name")
    total, done = len(matrices.jobs(names)), 0

    def told(row: matrices.Row) -> None:
        nonlocal done
        done += 1
        broke = ", ".join(row.broken) or "nothing"
        console.print(f"[{done}/{total}] {row.defect or 'reference'}: {broke}", markup=False)

    found = matrices.matrix(matrices.run_all(names, catalogue(), workers, told))
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "kill-matrix.json"
    path.write_text(json.dumps(matrices.encode(found), indent=1) + "\n")
    lines = matrices.complaints(found, complete=defect == "*")
    for line in lines:
        complain.print(line, markup=False, style="red")
    console.print(
        f"{len(names)} defects, {len(found.contracts)} contracts, {len(lines)} complaints: {path}"
    )
    sys.exit(1 if lines else 0)


@app.command(
    help="Make the Allure page out of the last run's results: one HTML file.\n\n"
    "Example: uv run proxytrial report"
)
def report(
    results: Annotated[Path, typer.Option(help="Allure results.")] = OUT / "allure-results",
    output: Annotated[Path, typer.Option(help="The page.")] = OUT / "report.html",
) -> None:
    from reports.allure_page import ReportError, build

    try:
        page = build(results, output, console.print)
    except ReportError as error:
        raise UsageError(f"report: {error}") from error
    console.print(f"page: {page}", highlight=False, soft_wrap=True)


@serve.command(
    "session",
    help="Run the session services: auth, accounting and chat. The curl lines of each step are "
    "printed, and then each request.\n\n"
    "Examples:  uv run proxytrial serve session\n\n"
    "uv run proxytrial serve session --defect id_committed_late --chat-port 4002",
)
def serve_session(
    auth_port: Annotated[int, typer.Option(help="Port of the auth service.")] = 3000,
    accounting_port: Annotated[int, typer.Option(help="Port of the accounting service.")] = 3001,
    chat_port: Annotated[int, typer.Option(help="Port of the chat service.")] = 3002,
    data: Annotated[Path, typer.Option(help="Where they keep their data.")] = SERVICE_DATA,
    defect: Annotated[str, typer.Option(help="Plant this bug; see `proxytrial defects`.")] = "",
    pace: Annotated[float, typer.Option(min=0, help="Seconds between two events.")] = 0.05,
    rate_limit: Annotated[int, typer.Option(min=0, help="Requests a minute; 0: no limit.")] = 0,
    id_lifetime: Annotated[
        float, typer.Option(min=0, help="Seconds that an id is good for after its stream.")
    ] = 1800,
) -> None:
    from harness import serving

    ports = (auth_port, accounting_port, chat_port)
    serving.serve_session(*ports, data, defect, pace, rate_limit, id_lifetime)


@app.command(
    help="Measure this stack: ratios of one run, beside their limits.\n\n"
    "Examples:  uv run proxytrial bench --quick      uv run proxytrial bench --only 'chain*'"
)
def bench(
    quick: Annotated[bool, typer.Option(help="Fewer rounds, half a minute.")] = False,
    only: Annotated[str, typer.Option(help="Only rows that match this glob.")] = "",
    strict: Annotated[bool, typer.Option(help="Exit with 1 if a limit is missed.")] = False,
) -> None:
    from bench.run import main as measure

    options = [*(["--quick"] if quick else []), *(["--only", only] if only else [])]
    sys.exit(measure([*options, *(["--strict"] if strict else [])]))
