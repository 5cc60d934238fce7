"""Signatures: table B.1 and forms A.1 to A.8; Order 13 Art. 7; roles that one person must not hold together."""

from functools import partial

import pytest

from services.permits.domain.chains import chain_of
from services.permits.domain.kinds import WorkFacts
from services.permits.domain.profiles import CHEMICALS, GENERAL
from services.permits.rules.chains import read_chains
from services.permits.rules.reading import table
from shared.machines import UnusableTable
from tests.unit.permits.builders import OTHER, RULES, refusal

FINAL = [
    ("hot_work", "SP", "leader_in_charge"),
    ("hot_work", "L1", "safety_dept"),
    ("hot_work", "L2", "base_unit"),
    ("confined_space", "", "base_unit"),
    ("blinding", "", "base_unit"),
    ("height", "I", "base_unit"),
    ("height", "II", "specialist_dept"),
    ("height", "III", "specialist_dept"),
    ("height", "IV", "chief"),
    ("lifting", "L1", "chief"),
    ("lifting", "L2", "specialist_dept"),
    ("lifting", "L3", "specialist_dept"),
    ("temp_power", "", "power_supplier"),
    ("excavation", "", "specialist_dept"),
    ("road_closing", "", "specialist_dept"),
]
chain = partial(chain_of, facts=WorkFacts(), rules=RULES.chains)


class TestChain:
    @pytest.mark.parametrize(("kind", "level", "approver"), FINAL, ids=[f"{kind} {level}" for kind, level, _ in FINAL])
    def test_ends_with_the_approver_of_b_1_on_the_spot(self, kind: str, level: str, approver: str) -> None:
        final = [each for each in chain(kind, level, profile=CHEMICALS) if each.is_final]

        assert [(each.role, each.must_be_on_site) for each in final] == [(approver, True)]

    def test_of_hot_work_has_the_order_of_form_a_1(self) -> None:
        found = [(each.role, each.stage) for each in chain("hot_work", "SP", profile=CHEMICALS)]

        assert found == [
            ("work_leader", "approval"),
            ("unit", "approval"),
            ("safety_dept", "approval"),
            ("leader_in_charge", "approval"),
            ("shift_leader", "start"),
            ("acceptor", "acceptance"),
        ]

    def test_counts_from_one(self) -> None:
        assert [each.order for each in chain("confined_space", "", profile=CHEMICALS)] == [1, 2, 3]

    @pytest.mark.parametrize(("kind", "level"), [("hot_work", ""), ("height", "V"), ("gardening", "")])
    def test_of_no_such_level_is_refused(self, kind: str, level: str) -> None:
        assert refusal(chain, kind, level, profile=CHEMICALS) == "level_unknown"

    @pytest.mark.parametrize(
        ("answers", "approver"),
        [({"toxic_risk": True}, "principal"), ({}, "principal"), ({"toxic_risk": False}, "base_unit")],
        ids=["toxic", "unknown", "not toxic"],
    )
    def test_of_general_industry_needs_the_principal_where_air_may_poison(
        self, answers: dict[str, bool], approver: str
    ) -> None:
        """§8.22, Order 13 Art. 7."""
        found = chain_of("confined_space", "", profile=GENERAL, facts=WorkFacts(answers), rules=OTHER.chains)

        assert [each.role for each in found if each.is_final] == [approver]

    def test_of_general_industry_names_order_13(self) -> None:
        found = chain_of("confined_space", "", profile=GENERAL, facts=WorkFacts(), rules=OTHER.chains)

        assert found[1].clause == "应急管理部令第13号 第七条"

    def test_covers_every_kind_and_level(self) -> None:
        assert set(RULES.chains.chains) == set(RULES.kinds.terms)

    def test_with_an_untitled_signature_cannot_be_read(self) -> None:
        content = table("chains.toml")
        untitled = [content["chain"][0] | {"approval": ["worker"]}]

        with pytest.raises(UnusableTable):
            read_chains(content | {"chain": untitled})
