"""How good the sources of the register are: every figure equals the rows that it opens."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.integration.registry.conftest import ALL, BASE
from tests.support.callers import Signer
from tests.unit.registry.registers import code_of, csv_text, row_of

Load = Callable[..., Mapping[str, Any]]


def register() -> bytes:
    """Return four good rows, one without place and scope, one refused, one repeated, and two of one name."""
    rows = [row_of(number) for number in range(4)]
    rows.append(row_of(4, 注册地址="样例路", 经营范围=""))
    rows.append(row_of(5, 统一社会信用代码="9133100200000005"))
    rows.append(row_of(0, 企业名称="另一名字"))
    rows.append(row_of(6, 企业名称="样例1塑料厂"))
    return csv_text(rows).encode()


def quality(client: FlaskClient) -> list[dict[str, Any]]:
    return list(client.get(f"{BASE}/imports/quality").get_json()["items"])


def opened(client: FlaskClient, one: Mapping[str, Any], lacks: str) -> int:
    path = f"{BASE}/imports/{one['import_id']}/lacking"
    return len(client.get(path, query_string={"lacks": lacks}).get_json()["items"])


class TestQuality:
    def test_counts_what_is_missing_refused_and_in_conflict(self, bureau: FlaskClient, load: Load) -> None:
        load(register(), source="市场监管")
        one = quality(bureau)[0]

        assert (one["kind"], one["source"], one["rows"]) == ("enterprises", "市场监管", 8)
        assert (one["refused"], one["repeated"], one["namesakes"], one["days"]) == (2, 1, 2, 0)
        assert [one["missing"][name] for name in ("address", "scope", "place", "position")] == [0, 1, 1, 6]
        assert (one["validity"], one["conflicts"], one["freshness"]) == (0.875, 0.625, 1)
        assert 0 < one["completeness"] < 1
        assert 0 < one["score"] < 1

    def test_opens_the_rows_behind_each_figure(self, bureau: FlaskClient, load: Load) -> None:
        load(register())
        one = quality(bureau)[0]

        assert {name: opened(bureau, one, name) for name in one["missing"]} == one["missing"]
        assert opened(bureau, one, "own_name") == one["namesakes"]

    def test_is_told_by_source_and_of_its_newest_import(self, bureau: FlaskClient, load: Load) -> None:
        load(csv_text([row_of(1, 注册地址="")]).encode(), source="甲系统")
        load(csv_text([row_of(2)]).encode(), source="乙系统")
        load(csv_text([row_of(1), row_of(3)]).encode(), source="甲系统")
        load(csv_text([row_of(4)]).encode(), source="丙系统", dry_run="true")

        assert [(one["source"], one["rows"]) for one in quality(bureau)] == [("乙系统", 1), ("甲系统", 2)]

    def test_counts_the_columns_of_other_lists(self, bureau: FlaskClient, load: Load) -> None:
        load(csv_text([[code_of(701), "样例机构"]], ("统一社会信用代码", "机构名称")).encode(), kind="intermediaries")
        one = quality(bureau)[0]

        assert (one["kind"], "address" in one["missing"], "name" in one["missing"]) == ("intermediaries", True, False)
        assert one["completeness"] < 0.5

    def test_says_by_which_formula(self, bureau: FlaskClient) -> None:
        formula = bureau.get(f"{BASE}/imports/quality").get_json()["formula"]

        assert (formula["status"], formula["weights"]["validity"]) == ("design", 0.3)

    def test_is_for_the_whole_district(self, app: Flask, signer: Signer) -> None:
        street = signer.client(app, actions=ALL, divisions=["331002004"])

        assert street.get(f"{BASE}/imports/quality").get_json()["code"] == "whole_district_only"
