"""What the documents point to exists."""

import re
from pathlib import Path

import pytest

from shared.services import service_names
from tests.support.source import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PLACES = re.compile(r"`((?:tests|deploy|shared|services|docs)/[\w./-]+)`")
LINKS = re.compile(r"\]\(([\w./-]+)\)")
README_LINES_BEFORE_THE_COMMANDS = 15
LINES_OF_A_SERVICES_README = 60


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
class TestDocument:
    def test_links_to_what_exists(self, document: Path) -> None:
        links = LINKS.findall(document.read_text("utf-8"))

        assert [link for link in links if not (document.parent / link).exists()] == []

    def test_names_files_that_exist(self, document: Path) -> None:
        named = PLACES.findall(document.read_text("utf-8"))

        assert [place for place in named if not (ROOT / place).exists()] == []


class TestReadme:
    def test_shows_on_the_first_screen_how_to_run_and_test(self) -> None:
        first_screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:README_LINES_BEFORE_THE_COMMANDS]

        commands = [line.split("#")[0].strip() for line in first_screen if line.startswith("make ")]

        assert commands == ["make run", "make test"]

    def test_says_where_to_read_on(self) -> None:
        linked = LINKS.findall((ROOT / "README.md").read_text("utf-8"))

        assert {f"docs/{path.name}" for path in ROOT.glob("docs/*.md")} - set(linked) == set()

    @pytest.mark.parametrize("service", service_names())
    def test_of_a_service_is_short(self, service: str) -> None:
        lines = (ROOT / "services" / service / "README.md").read_text("utf-8").splitlines()

        assert len(lines) <= LINES_OF_A_SERVICES_README  # house style §3
