"""Rows of certificates: which column says what, and what a row asks to enter."""

from datetime import date

import pytest

from services.permits.domain.certificate_files import cells_of, certificate_of, columns_of
from shared.machines import NotAllowed

TITLES = {"person_id": "人员编号", "kind": "证书种类", "valid_from": "有效期起", "valid_to": "有效期止"}
KINDS = {"welding": "welding", "焊接与热切割作业操作证": "welding"}
ROW = {"person_id": "p-1", "kind": "Welding", "valid_from": "2026/1/5", "valid_to": ""}


class TestColumns:
    def test_are_found_wherever_they_stand(self) -> None:
        found = columns_of(["姓名", "有效期起 ", "人员编号", "证书种类"], TITLES)

        assert cells_of(["王**", "2026-01-05", "p-1"], found) == {
            "valid_from": "2026-01-05",
            "person_id": "p-1",
            "kind": "",
        }

    def test_that_are_missing_are_named(self) -> None:
        with pytest.raises(NotAllowed) as refusal:
            columns_of(["人员编号", "姓名"], TITLES)
        assert refusal.value.facts["missing"] == ["证书种类", "有效期起"]


class TestRow:
    def test_asks_for_a_certificate(self) -> None:
        assert certificate_of(ROW | {"number": "T33"}, kinds=KINDS) == {
            "kind": "welding", "category": "", "number": "T33", "authority": "",
            "valid_from": date(2026, 1, 5), "valid_to": None, "review_by": None,
        }  # fmt: skip

    def test_with_a_hidden_number_has_none(self) -> None:
        assert certificate_of(ROW | {"number": "T***3"}, kinds=KINDS)["number"] == ""

    @pytest.mark.parametrize(
        ("changes", "code", "where"),
        [
            ({"kind": "驾驶证"}, "certificate_kind_unknown", "kind"),
            ({"valid_from": ""}, "day_unreadable", "valid_from"),
            ({"valid_to": "soon"}, "day_unreadable", "valid_to"),
        ],
    )
    def test_is_refused_where_it_says_nothing(self, changes: dict[str, str], code: str, where: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            certificate_of(ROW | changes, kinds=KINDS)
        assert (refusal.value.code, refusal.value.facts["field"]) == (code, where)
