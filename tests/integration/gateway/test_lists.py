"""Lists and searches from the projection: filtered, sorted, paged, found, counted."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shared import ids
from shared.contracts.registry import EnterpriseUpdated
from tests.integration.gateway.builders import BAIYUN, HAIMEN, enterprise, grade
from tests.integration.gateway.conftest import Tell

LIST, SEARCH = "/api/v1/registry/enterprises", "/api/v1/search"


def names(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.get_json()["items"]]


def all_pages(client: FlaskClient, address: str) -> list[str]:
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get(f"{address}&cursor={cursor}").get_json()
        found += [item["name"] for item in answer["items"]]
        cursor = answer["next_cursor"]
    return found


class TestList:
    def test_shows_what_the_contract_names(self, officer: FlaskClient, tell: Tell) -> None:
        known = enterprise()
        tell(known)
        tell(enterprise(EnterpriseUpdated, enterprise_id=known.enterprise_id), sequence=7)
        tell(grade(known.enterprise_id, 2))

        (item,) = officer.get(LIST).get_json()["items"]

        facts = ("id", "division", "location_precision", "version", "level", "colour", "worst_level", "provisional")
        assert [item[name] for name in facts] == [
            known.enterprise_id, HAIMEN, "subdistrict", 7, 2, "orange", 1, True
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("name", ["A", "B", "C", "D"]),
            ("-name", ["D", "C", "B", "A"]),
            ("level", ["C", "A", "B", "D"]),
            ("-level", ["D", "B", "A", "C"]),
        ],
    )
    def test_is_sorted_over_all_pages(self, officer: FlaskClient, tell: Tell, sort: str, expected: list[str]) -> None:
        known = {name: enterprise(name=name) for name in "ABCD"}
        tell(*known.values())
        tell(*(grade(known[name].enterprise_id, level) for name, level in (("A", 2), ("B", 4), ("C", 1))))

        assert all_pages(officer, f"{LIST}?sort={sort}&limit=1") == expected

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("level=1", ["Red"]),
            ("level=none", ["Grey"]),
            ("division=331002002", ["Grey"]),
            ("uscc=91331002MA2RED0001", ["Red"]),
        ],
    )
    def test_obeys_filters(self, officer: FlaskClient, tell: Tell, query: str, expected: list[str]) -> None:
        red = enterprise(name="Red", uscc="91331002MA2RED0001")
        tell(red, enterprise(name="Grey", subdistrict=BAIYUN), grade(red.enterprise_id, 1))

        assert names(officer, f"{LIST}?{query}") == expected

    @pytest.mark.parametrize("query", ["level=7", "sort=colour", "cursor=nonsense", "limit=0", "what=1"])
    def test_refuses_what_it_does_not_know(self, officer: FlaskClient, query: str) -> None:
        assert officer.get(f"{LIST}?{query}").status_code == 422


class TestSearch:
    @pytest.fixture(autouse=True)
    def known(self, tell: Tell) -> None:
        tell(
            enterprise(name="恒丰汽车零部件有限公司", uscc="91331002148238461Q"),
            enterprise(name="台州恒丰塑胶厂", address="海门老街 5 号"),
            enterprise(name="Étoile Plastics", subdistrict=BAIYUN),
        )

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("恒丰", ["恒丰汽车零部件有限公司", "台州恒丰塑胶厂"]),
            ("91331002148238461q", ["恒丰汽车零部件有限公司"]),
            ("塑胶 老街", ["台州恒丰塑胶厂"]),
            ("étoile", ["Étoile Plastics"]),
            ("%", []),
            ("' OR 1=1", []),
        ],
    )
    def test_finds_words_of_name_code_and_address(self, officer: FlaskClient, words: str, expected: list[str]) -> None:
        found = officer.get(SEARCH, query_string={"q": words, "limit": 8}).get_json()["items"]

        assert [item["name"] for item in found] == expected

    @pytest.mark.parametrize("query", ["", "q=恒丰", "q=恒丰&level=none", "division=331002002"])
    def test_counts_facets_as_the_rows_are(self, officer: FlaskClient, query: str) -> None:
        answer = officer.get(f"{SEARCH}?limit=50&{query}").get_json()

        assert counted(answer["items"]) == shown(answer["facets"])
        assert answer["total"] == len(answer["items"])

    def test_counts_no_facets_while_somebody_types(self, officer: FlaskClient) -> None:
        assert "facets" not in officer.get(f"{SEARCH}?q=恒丰&limit=8").get_json()


def counted(items: list[dict[str, Any]]) -> dict[str, Any]:
    divisions = [item["division"] for item in items]
    return {
        "none": sum(item["level"] is None for item in items),
        "provisional": sum(item["provisional"] for item in items),
        "placed": sum(item["placement"] == "placed" for item in items),
        "division": {code: divisions.count(code) for code in divisions},
    }


def shown(facets: dict[str, Any]) -> dict[str, Any]:
    return {
        "none": facets["level"]["none"],
        "provisional": facets["provisional"],
        "placed": facets["placement"]["placed"],
        "division": {row["value"]: row["count"] for row in facets["division"]},
    }


class TestOverview:
    def test_opens_exactly_the_rows_it_counts(self, officer: FlaskClient, tell: Tell) -> None:
        red = enterprise()
        tell(red, enterprise(placement="unplaced"), enterprise(subdistrict=BAIYUN), grade(red.enterprise_id, 1))

        figures = officer.get("/api/v1/overview?section=C").get_json()["figures"]

        opened = [len(names(officer, figure["rows"].replace("/enterprises", LIST))) for figure in figures]
        assert opened == [figure["value"] for figure in figures]


def test_a_file_of_nobody_is_not_found(officer: FlaskClient) -> None:
    assert officer.get(f"/api/v1/enterprises/{ids.new_id()}/file").status_code == 404
