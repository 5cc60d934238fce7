"""The menu: everybody gets the sections that the role may open, few enough side by side to be read at once."""

from collections.abc import Iterator

import pytest
from flask import Flask

from services.gateway.pages import shell
from services.gateway.pages.site import site
from services.gateway.pages.viewer import Viewer
from services.identity.domain.accounts import roles
from tests.unit.pages.test_catalogues import phrases

SIDE_BY_SIDE = 7  # groups and lone sections that fit beside the search field at 1024 pixels


def viewer(role: str, *, enterprise_id: str = "") -> Viewer:
    actions = frozenset(roles()[role].actions)
    return Viewer(
        person="somebody", name="A", roles=(role,), actions=actions, csrf_token="", enterprise_id=enterprise_id
    )


def labels(navigation: dict[str, list[dict[str, object]]]) -> list[list[str]]:
    return [[item["label"] for item in group["sections"]] for group in navigation["groups"]]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    app = Flask(__name__)
    app.register_blueprint(site)
    with app.test_request_context("/hazards/17"):
        yield


@pytest.mark.parametrize("role", sorted(roles()))
class TestEveryRole:
    def test_finds_each_of_its_sections_once(self, role: str) -> None:
        someone = viewer(role)
        shown = [label for group in labels(shell.navigation(someone)) for label in group]
        assert sorted(shown) == sorted(item["label"] for item in shell.sections(someone))

    def test_sees_the_menu_at_once(self, role: str) -> None:
        menu = shell.navigation(viewer(role, enterprise_id="e"))
        assert len(menu["groups"]) <= SIDE_BY_SIDE
        assert len(menu["tabs"]) <= shell.PHONE_TABS + 1


class TestMenu:
    def test_has_a_name_for_every_group(self) -> None:
        names = {f"nav.group_{section[-1]}" for section in shell.SECTIONS if section[-1]}
        assert names - phrases("zh").keys() == set()

    def test_puts_sections_of_one_kind_together(self) -> None:
        groups = labels(shell.navigation(viewer("grid_worker")))
        assert [group for group in groups if {"nav.hazards", "nav.surveys"} <= set(group)]

    def test_marks_the_section_of_the_page(self) -> None:
        current = [item["label"] for item in shell.sections(viewer("grid_worker")) if item["current"]]
        assert current == ["nav.hazards"]

    def test_begins_with_the_own_enterprise(self) -> None:
        menu = shell.navigation(viewer("enterprise_user", enterprise_id="e-1"))
        assert menu["tabs"][0]["href"] == "/enterprises/e-1"

    def test_gives_a_phone_all_when_they_are_few(self) -> None:
        menu = shell.navigation(viewer("auditor"))
        assert [item["label"] for item in menu["tabs"]] == ["nav.audit"]
