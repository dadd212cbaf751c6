"""The documents name what there is: options, keys, kinds, contracts, defects, files."""

import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from contracts.judge import discover
from contracts.record import Declares, Limits
from harness.faults import catalogue
from harness.plugin.options import OPTIONS
from harness.target import CHECKOUT, Client, Expectation, Ready, Target
from targets import defects

DOCS = CHECKOUT / "docs"
PAGES = (CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")))
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
STREAMING_403 = "streaming-403.md"
OF_PYTEST = {"-k", "-n", "-q", "-x", "--hypothesis-profile"}


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def examples(name: str, language: str) -> list[str]:
    return [code for kind, code in FENCE.findall(text(name)) if kind == language]


def cells(name: str) -> set[str]:
    """What stands in backticks in the tables of a page."""
    rows = "\n".join(line for line in text(name).split("\n") if line.startswith("|"))
    return set(re.findall(r"`([^`]+)`", rows))


def test_the_contracts_page_is_what_the_script_makes() -> None:
    made = runpy.run_path(str(DOCS / "make_contracts.py"))["page"]()
    assert text("contracts.md") == made, "run: uv run python docs/make_contracts.py"


@pytest.mark.parametrize("option", [name for name, _ in OPTIONS])
def test_every_option_is_explained(option: str) -> None:
    named = {cell.partition(" ")[0].partition("=")[0] for cell in cells("running.md")}
    assert option in named


def target_keys() -> Iterator[str]:
    for kind in (Target, Ready, Client, Expectation):
        yield from kind.__struct_fields__
    for told in (Declares, Limits):
        yield from told.__dataclass_fields__


@pytest.mark.parametrize("key", sorted(set(target_keys())))
def test_every_key_of_a_target_file_is_explained(key: str) -> None:
    assert re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", text("targets.md"))


@pytest.mark.parametrize("number", range(3))
def test_the_examples_of_target_files_are_valid(number: int) -> None:
    told = tomllib.loads(examples("targets.md", "toml")[number])
    if "name" not in told:
        msgspec.convert(told["expects"], tuple[Expectation, ...])
        return
    found = msgspec.convert(told, Target)
    for dialect in found.dialects:
        assert found.promises(dialect).max_attempts == told["declares"]["max_attempts"]


def test_every_fault_kind_is_listed() -> None:
    assert {one.name for one in catalogue()} - cells("faults.md") == set()


def test_the_story_names_contracts_and_defects_that_exist() -> None:
    named = {cell for cell in cells(STREAMING_403) if re.fullmatch(r"[a-z]+\.[a-z_]+", cell)}
    assert named
    assert named - set(discover()) == set()
    rows = [line.split("|") for line in text(STREAMING_403).split("\n") if line.count("|") == 4]
    guards = [row for row in rows if re.search(r"`[a-z]+\.[a-z_]+`", row[2])]
    planted = {name for row in guards for name in re.findall(r"`([a-z_0-9]+)`", row[3])}
    assert planted
    assert planted - set(defects.names()) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_to_files(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", prose)]
    dead = [
        link
        for link in links
        if link and not link.startswith("http") and not (page.parent / link).is_file()
    ]
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documented_pytest_options_exist(page: Path) -> None:
    known = {name for name, _ in OPTIONS} | OF_PYTEST
    code = "\n".join(found for _, found in FENCE.findall(page.read_text(encoding="utf-8")))
    lines = [line for line in code.split("\n") if line.lstrip().startswith("uv run pytest")]
    words = [word for line in lines for word in shlex.split(line, comments=True)[3:]]
    used = {word.partition("=")[0] for word in words if word.startswith("-")}
    assert used - known == set()
