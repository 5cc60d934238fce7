"""Kinds of official documents: numbers, fields, who signs, and what a correction must leave as it is."""

import re
from datetime import date
from typing import Any

import pytest

from services.inspections.domain.caps import Part
from services.inspections.domain.documents import (
    DRAWN,
    OFFICER,
    PRESENT,
    REFUSED,
    Kind,
    Officer,
    Signed,
    check_correction,
    check_joint,
    check_named,
    check_officer,
    check_present,
    checked_fields,
    digest_of,
    event_of,
    given_of,
    is_complete,
    number_of,
)
from services.inspections.rules.documents import document_rules, read_documents
from services.inspections.rules.reading import table
from shared.machines import NotAllowed, UnusableTable
from tests.unit.inspections.builders import TODAY

RULES = document_rules()
ORDER = {
    "deadline": "2026-03-20",
    "responsible": "车间主任",
    "measures": "加装护栏",
    "funds": "2万元",
    "acceptance": "安全员",
}
FIRST, SECOND = Signed(OFFICER, "first"), Signed(OFFICER, "second")
OTHER_SIDE = Signed(PRESENT, "first")


def refusal(act: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        act(*given, **named)
    return refused.value.code


class TestTable:
    def test_has_the_documents_of_the_rules(self) -> None:
        """§7.1: record, order, re-check; §6.1: halt, resumption, transfer; joint checks."""
        assert list(RULES.kinds) == [
            "check_record",
            "joint_check_record",
            "rectification_order",
            "recheck_opinion",
            "halt_decision",
            "resumption_review",
            "transfer_letter",
        ]
        assert all(kind.source.clause and kind.mark for kind in RULES.kinds.values())

    @pytest.mark.parametrize("kind", RULES.kinds.values(), ids=RULES.kinds)
    def test_prints_laws_and_articles_as_the_legal_basis(self, kind: Kind) -> None:
        assert re.fullmatch(r"[^A-Za-z:]+", kind.source.clause)

    @pytest.mark.parametrize(
        ("place", "name", "value"),
        [
            ("kind", "event", "fly"),
            ("kind", "about", "nothing"),
            ("field", "type", "picture"),
        ],
    )
    def test_that_cannot_be_followed_stops_the_process(self, place: str, name: str, value: str) -> None:
        content = table("documents.toml")
        row = content["kind"][0] if place == "kind" else content["kind"][0]["field"][0]
        row[name] = value
        with pytest.raises(UnusableTable):
            read_documents(content)


class TestNumber:
    def test_is_that_of_the_form(self) -> None:
        number = number_of(RULES, RULES.kinds["check_record"], year=2026, serial=12)
        assert number == "（椒）应急检记〔2026〕12号"


class TestDigest:
    def test_does_not_depend_on_the_order(self) -> None:
        assert digest_of({"a": "甲", "b": [1]}) == digest_of({"b": [1], "a": "甲"})

    def test_changes_with_every_word(self) -> None:
        assert digest_of({"a": "甲"}) != digest_of({"a": "乙"})


class TestFields:
    def test_come_in_the_order_of_the_kind_and_without_blanks(self) -> None:
        kind = RULES.kinds["rectification_order"]
        given = {"funds": " 2万元 ", **{name: text for name, text in ORDER.items() if name != "funds"}}
        assert list(checked_fields(kind, given).items()) == list(ORDER.items())

    @pytest.mark.parametrize(
        ("kind", "changes", "code"),
        [
            ("rectification_order", {"deadline": ""}, "fields_missing"),
            ("rectification_order", {"deadline": "soon"}, "fields_wrong"),
            ("rectification_order", {"deadline": "20260320"}, "fields_wrong"),
            ("rectification_order", {"funds": "2" * 201}, "fields_wrong"),
            ("rectification_order", {"colour": "red"}, "field_unknown"),
            ("resumption_review", {"outcome": "perhaps", "reason": "已核"}, "fields_wrong"),
        ],
    )
    def test_say_what_is_wrong(self, kind: str, changes: dict[str, str], code: str) -> None:
        given = (ORDER if kind == "rectification_order" else {}) | changes
        assert refusal(checked_fields, RULES.kinds[kind], given) == code

    def test_that_may_stay_empty_are_kept_empty(self) -> None:
        fields = checked_fields(RULES.kinds["transfer_letter"], {"receiver": "消防救援大队", "reason": "消防"})
        assert fields["enclosures"] == ""


class TestStep:
    @pytest.mark.parametrize(
        ("kind", "fields", "event"),
        [
            ("check_record", {}, ""),
            ("rectification_order", ORDER, "order"),
            ("recheck_opinion", {"outcome": "fail"}, "fail"),
            ("halt_decision", {}, "safety_order"),
            ("resumption_review", {"outcome": "pass"}, "pass"),
            ("transfer_letter", {}, "transfer"),
        ],
    )
    def test_is_that_of_the_kind_or_of_the_outcome(self, kind: str, fields: dict[str, str], event: str) -> None:
        assert event_of(RULES.kinds[kind], fields) == event

    def test_is_given_the_fields_the_number_and_who_signed(self) -> None:
        given = given_of(RULES.kinds["rectification_order"], ORDER, number="1号", officers=["a", "b"])
        expected = {**ORDER, "deadline": date(2026, 3, 20), "order_number": "1号", "officers": ["a", "b"]}
        assert given == {**expected, "signed": True}

    def test_is_not_given_what_was_left_empty(self) -> None:
        fields = {"outcome": "pass", "reason": "已整改", "deadline": ""}
        assert "deadline" not in given_of(RULES.kinds["recheck_opinion"], fields, number="", officers=[])


class TestCorrection:
    def test_may_change_words(self) -> None:
        check_correction(RULES.kinds["rectification_order"], old=ORDER, new=ORDER | {"funds": "3万元"})

    def test_must_not_decide_something_else(self) -> None:
        changed = ORDER | {"deadline": "2026-03-21"}
        kind = RULES.kinds["rectification_order"]
        assert refusal(check_correction, kind, old=ORDER, new=changed) == "decision_changed"


class TestJointRecord:
    @pytest.mark.parametrize(("kind", "results"), [("check_record", ()), ("joint_check_record", ("合格", "合格"))])
    def test_is_that_of_several_agencies(self, kind: str, results: tuple[str, ...]) -> None:
        check_joint(RULES.kinds[kind], parts=[Part(f"单位{place}", "安全", one) for place, one in enumerate(results)])

    @pytest.mark.parametrize(
        ("kind", "result", "code"),
        [("check_record", "合格", "joint_record_missing"), ("joint_check_record", "", "results_missing")],
        ids=["other kind", "unwritten"],
    )
    def test_is_refused(self, kind: str, result: str, code: str) -> None:
        """安全生产法 第六十九条: joint checks; 第六十八条: what was found is written down."""
        assert refusal(check_joint, RULES.kinds[kind], parts=[Part("消防救援大队", "消防", result)]) == code


class TestOfficer:
    def test_signs_with_a_valid_licence(self) -> None:
        check_officer(RULES, an_officer(), today=TODAY, signed=[FIRST, OTHER_SIDE])

    @pytest.mark.parametrize(
        ("officer", "signed", "code"),
        [
            (None, [], "officers_only"),
            (Officer("x", frozenset({"grid_worker"}), "2030-01-01"), [], "officers_only"),
            (Officer("x", frozenset({"bureau_officer"}), ""), [], "licence_not_valid"),
            (Officer("x", frozenset({"bureau_officer"}), "2026-03-01"), [], "licence_not_valid"),
            (Officer("first", frozenset({"bureau_officer"}), "2030-01-01"), [FIRST], "signed_already"),
            (Officer("third", frozenset({"bureau_officer"}), "2030-01-01"), [FIRST, SECOND], "signed_already"),
        ],
        ids=["nobody", "grid worker", "no licence", "expired", "twice", "a third"],
    )
    def test_is_refused(self, officer: Officer | None, signed: list[Signed], code: str) -> None:
        """安全生产法 第六十七条: two officers with a valid licence."""
        assert refusal(check_officer, RULES, officer, today=TODAY, signed=signed) == code


class TestNamedOfficers:
    @pytest.mark.parametrize("known", [False, True])
    def test_enforce_the_law(self, *, known: bool) -> None:
        check_named(RULES, [an_officer()] if known else [], today=TODAY)

    def test_are_refused_with_the_ones_who_do_not(self) -> None:
        """安全生产法 第六十七条."""
        worker, late = (
            Officer("a", frozenset({"grid_worker"}), "2030-01-01"),
            Officer("b", frozenset({"bureau_officer"}), "2026-03-01"),
        )
        with pytest.raises(NotAllowed) as refused:
            check_named(RULES, [an_officer(), worker, late], today=TODAY)
        assert (refused.value.code, refused.value.facts["officers"]) == ("officer_unfit", ["a", "b"])


class TestOtherSide:
    @pytest.mark.parametrize(("method", "reason"), [(DRAWN, ""), (REFUSED, "不认可")])
    def test_signs_or_refuses_with_a_reason(self, method: str, reason: str) -> None:
        """安全生产法 第六十八条."""
        check_present(RULES.kinds["check_record"], method=method, reason=reason, signed=[FIRST])

    @pytest.mark.parametrize(
        ("kind", "method", "signed", "code"),
        [
            ("transfer_letter", DRAWN, [], "no_place_to_sign"),
            ("check_record", DRAWN, [OTHER_SIDE], "signed_already"),
            ("check_record", REFUSED, [], "reason_missing"),
        ],
    )
    def test_is_refused(self, kind: str, method: str, signed: list[Signed], code: str) -> None:
        assert refusal(check_present, RULES.kinds[kind], method=method, reason=" ", signed=signed) == code


class TestCompleteness:
    @pytest.mark.parametrize(
        ("kind", "signed", "expected"),
        [
            ("check_record", [FIRST, SECOND], False),
            ("check_record", [FIRST, OTHER_SIDE], False),
            ("check_record", [OTHER_SIDE, FIRST, SECOND], True),
            ("transfer_letter", [FIRST, SECOND], True),
        ],
    )
    def test_needs_two_officers_and_the_other_side(self, kind: str, signed: list[Signed], expected: bool) -> None:
        assert is_complete(RULES, RULES.kinds[kind], signed=signed) is expected


def an_officer() -> Officer:
    return Officer("second", frozenset({"bureau_officer"}), TODAY.isoformat())
