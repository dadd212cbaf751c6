"""Draws the record of a run as one self-contained page, with Allure 3.

Allure puts a Google Analytics tag into every page and has no option against it. A page about
somebody's proxy must call nobody: the tag is cut out, and a content security policy forbids
requests to any host, so that a tag that the cut misses stays dead, and an image in a description.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from reports.allure import ReportError, install

__all__ = ["ReportError", "build"]

CONFIG = Path(install.__file__).with_name("allurerc.mjs")
DRAW_SECONDS = 300
ANALYTICS = re.compile(
    r'\s*<script async src="https://www\.googletagmanager\.com/[^"]*"></script>'
    r"\s*<script>\s*window\.dataLayer.*?</script>",
    re.DOTALL,
)
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src data: blob: '
    "'unsafe-inline' 'unsafe-eval'; form-action 'none'\">"
)


def build(results: Path, output: Path, echo: Callable[[str], None]) -> Path:
    """Turns allure-pytest's results directory into the HTML file `output`, and returns its path.

    echo gets a line before whatever may take more than two seconds. Raises ReportError.
    """
    _require_results(results)
    try:
        command = install.allure(echo)
        echo(f"drawing the report from {results}")
        page = without_calls(_drawn(command, results))
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"the report could not be written: {error}") from error
    return output


def without_calls(page: str) -> str:
    """The page without its analytics tag, and forbidden to ask any host for anything."""
    return ANALYTICS.sub("", page, count=1).replace("<head>", f"<head>\n    {POLICY}", 1)


def _require_results(results: Path) -> None:
    if not any(results.glob("*-result.json")):
        raise ReportError(
            f"no test results in {results}: run `uv run pytest` first, or name another directory"
        )


def _drawn(command: list[str], results: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="proxytrial-report-") as scratch:
        where = ("generate", ".", "--config", str(CONFIG.resolve()), "--output", scratch)
        done = install.run([*command, *where], results, DRAW_SECONDS)
        page = Path(scratch, "index.html")
        if done.returncode or not page.is_file():
            raise ReportError(f"Allure could not draw {results}: {install.reason(done)}")
        return page.read_text(encoding="utf-8")
