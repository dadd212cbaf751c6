"""The page is one file that calls nobody, and whoever cannot have it learns why in one line."""

import base64
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reports import allure_page
from reports.allure import ReportError, install

SAMPLE = """
import allure, pytest
from reports.http_exchange import ATTACHMENT_TYPE, EXTENSION, http_exchange

REQUEST = {"method": "GET", "target": "/marked-target", "headers": []}

def test_broken_contract():
    allure.dynamic.feature("identity")
    body = http_exchange(REQUEST, None)
    allure.attach(body, "exchange", attachment_type=ATTACHMENT_TYPE, extension=EXTENSION)
    pytest.fail("FAILED identity.user_agent  reference", pytrace=False)

def test_broken_by_a_service():
    told = "FAILED session.owner_only  reference\\n\\n  blame       the session service"
    pytest.fail(told, pytrace=False)

def test_own_fault():
    raise RuntimeError("HARNESS ERROR  no port")

def test_untestable():
    pytest.skip("UNTESTABLE sse.ids  nothing at egress")

def test_not_applicable():
    pytest.skip("NOT APPLICABLE cors.preflight  dialect")
"""


def stub(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    directory = tmp_path / "results"
    directory.mkdir()
    (directory / "1-result.json").write_text("{}")
    return directory


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cache"
    monkeypatch.setattr(install, "cache_dir", lambda: home)
    return home


@pytest.fixture
def real_results(tmp_path: Path) -> Path:
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    options = ["-q", "-p", "no:cacheprovider", "--alluredir", "results", "test_sample.py"]
    root = str(Path(allure_page.__file__).parents[1])
    code = f"import sys, pytest; sys.path.insert(0, {root!r}); sys.exit(pytest.main({options!r}))"
    done = subprocess.run(stub(code), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "3 failed, 2 skipped" in done.stdout, done.stdout + done.stderr
    return tmp_path / "results"


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_without_results_says_to_run_pytest(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReportError, match="uv run pytest` first") as caught:
        allure_page.build(tmp_path / name, tmp_path / "page.html", print)
    assert "\n" not in str(caught.value)


def test_unreachable_npm_is_one_line(
    results: Path, nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as bound_but_deaf:
        bound_but_deaf.bind(("127.0.0.1", 0))
        monkeypatch.setenv(
            "npm_config_registry", f"http://127.0.0.1:{bound_but_deaf.getsockname()[1]}/"
        )
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("npm_config_cache", str(results.parent / "npm"))
        said: list[str] = []
        with pytest.raises(ReportError) as caught:
            allure_page.build(results, results.parent / "page.html", said.append)
    message = str(caught.value)
    assert "ECONNREFUSED" in message
    assert "connect once" in message
    assert "reports/out/verdicts.jsonl" in message
    assert "\n" not in message
    assert len(said) == 1
    assert list(nothing_installed.iterdir()) == []


def test_failing_allure_is_one_line(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = stub("import sys; sys.exit('first\\nsecond')")
    monkeypatch.setattr(install, "allure", lambda echo: command)
    with pytest.raises(ReportError, match=r"Allure could not draw .*: first$"):
        allure_page.build(results, results.parent / "page.html", print)


def test_unwritable_page_is_one_line(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "allure", lambda echo: [])
    monkeypatch.setattr(allure_page, "_drawn", lambda command, results: "<head>")
    with pytest.raises(ReportError, match="could not be written"):
        allure_page.build(results, results, print)


def test_command_that_hangs_is_given_up(tmp_path: Path) -> None:
    hang = stub("import threading; threading.Event().wait()")
    with pytest.raises(ReportError, match="gave up after 0 s"):
        install.run(hang, tmp_path, 0.01)


def test_installation_that_lost_the_race_uses_the_winner(
    tmp_path: Path, nothing_installed: Path
) -> None:
    winner = nothing_installed / "node_modules" / "allure" / "cli.js"
    winner.parent.mkdir(parents=True)
    winner.touch()
    (tmp_path / "node_modules" / "other").mkdir(parents=True)
    install._publish(tmp_path / "node_modules", nothing_installed)
    assert winner.is_file()


def test_lock_pins_by_hash_and_names_no_registry() -> None:
    lock = json.loads(Path(install.HERE, "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert "node_modules/allure" in packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_analytics_tag_is_cut_and_nothing_else() -> None:
    tag = (
        '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n'
        "<script>\n  window.dataLayer = [];\n  gtag('config', 'G-1');\n</script>"
    )
    page = allure_page.without_calls(f"<head></head><script>kept()</script>\n{tag}\n<p>kept</p>")
    assert page == (f"<head>\n    {allure_page.POLICY}</head><script>kept()</script>\n<p>kept</p>")


def decoded(page: str) -> dict[str, str]:
    """The files that the page carries in itself."""
    files = re.findall(r'd\("([^"]+)","([^"]*)"\)', page)
    return {name: base64.b64decode(text).decode("utf-8", "replace") for name, text in files}


def test_real_page_is_whole_and_calls_nobody(real_results: Path, tmp_path: Path) -> None:
    try:
        install.allure(print)
    except ReportError as error:
        pytest.skip(f"Allure cannot be installed here: {error}")
    before = sorted(real_results.iterdir())
    output = allure_page.build(real_results, tmp_path / "new" / "page.html", print)
    page, files = output.read_text(encoding="utf-8"), decoded(output.read_text(encoding="utf-8"))
    assert re.findall(r"<(?:script|link|img|iframe)[^>]{,80}(?:src|href)=.?(?:http|//)", page) == []
    assert "dataLayer" not in page
    assert allure_page.POLICY in page
    assert sorted(real_results.iterdir()) == before
    exchanges = [text for name, text in files.items() if name.endswith(".httpexchange")]
    assert ["/marked-target" in text for text in exchanges] == [True]
    categories = json.loads(files["widgets/categories.json"])
    assert [categories["nodes"][root]["name"] for root in categories["roots"]] == [
        "Our own fault (harness_error)",
        "Contract broken by a service behind the target",
        "Contract broken by the target",
        "Untestable",
        "Not applicable",
    ]
