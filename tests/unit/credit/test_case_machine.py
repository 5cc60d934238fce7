"""The case machine of the list: every state with every event, allowed or refused, and the article of each row."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.credit.domain.case_conditions import Accident
from services.credit.domain.case_facts import EXPIRY, FIRM, Case, Person
from services.credit.domain.cases import BY_CLOCK, DECISIONS, GUARDS, STEPS, allowed_case_steps, take_case_step
from services.credit.domain.limits import CaseDays, NoOrderInForce
from shared.machines import NotAllowed, Step, StepNotPossible
from tests.unit.credit.listing import (
    FIRM_USER,
    LEADER,
    OFFICER,
    PENALTY,
    RULES,
    TODAY,
    a_case,
    a_step,
    delivered,
)

EXPECTED: dict[str, dict[str, str]] = {
    "new": {"propose": "candidate"},
    "candidate": {"dismiss": "not_listed", "issue_notice": "noticed"},
    "noticed": {"serve_notice": "noticed", "state": "under_review", "window_elapsed": "under_review"},
    "under_review": {"decide_listing": "decided", "decide_against": "not_listed"},
    "decided": {"serve": "served", "revoke": "revoked"},
    "served": {"record": "recorded", "revoke": "revoked"},
    "recorded": {"publish": "active", "revoke": "revoked"},
    "active": {"apply_early_removal": "repair_applied", "expire": "removing", "revoke": "revoked"},
    "repair_applied": {"accept": "repair_accepted", "reject": "active", "expire": "removing", "revoke": "revoked"},
    "repair_accepted": {"grant": "removing", "refuse": "active", "expire": "removing", "revoke": "revoked"},
    "removing": {"update_system": "removing", "complete": "removed", "restore": "active"},
    "removed": {"restore": "active"},
    "revoked": {},
    "not_listed": {},
}
ARTICLES = {
    "propose": "第二、三、四、六、七条",
    "issue_notice": "告知",
    "state": "陈述、申辩",
    "decide_listing": "行政处罚法 第五十七、五十八条",
    "serve": "两书同达",
    "record": "三个工作日",
    "publish": "第十二条; 决定之日起二十个工作日",
    "apply_early_removal": "满十二个月",
    "accept": "五个工作日",
    "grant": "二十个工作日",
    "expire": "管理期满自动移出",
    "revoke": "立即移出",
    "update_system": "三个工作日",
    "complete": "十个工作日",
    "restore": "重新计算",
}


def prepared(state: str, event: str) -> tuple[Case, Step]:
    """Return a case and a step that every guard lets pass, where there is a row."""
    case, on = a_case(state), TODAY
    days = {
        "serve_notice": CaseDays(),
        "window_elapsed": CaseDays(notice_served_on=date(2026, 11, 10)),
        "update_system": CaseDays(removal_on=date(2026, 11, 24)),
    }.get(event, case.days)
    if event == "expire":
        on = date(2027, 5, 7)
    return replace(case, days=days), a_step(event, on=on)


class TestEveryStateWithEveryEvent:
    def test_has_a_row_here_for_every_state(self) -> None:
        assert EXPECTED.keys() == RULES.machine.states.keys()
        assert {*STEPS, *DECISIONS, *BY_CLOCK, "propose", "apply_early_removal"} == set(RULES.machine.events)

    @pytest.mark.parametrize("state", RULES.machine.states)
    @pytest.mark.parametrize("event", RULES.machine.events)
    def test_leads_on_or_is_refused(self, state: str, event: str) -> None:
        case, step = prepared(state, event)
        if event in EXPECTED[state]:
            assert take_case_step(RULES, case, step=step).state == EXPECTED[state][event]
        else:
            with pytest.raises(StepNotPossible):
                take_case_step(RULES, case, step=step)

    def test_uses_every_guard(self) -> None:
        used = {guard for row in RULES.machine.transitions.values() for guard in row.guards}
        assert used == GUARDS.keys()

    @pytest.mark.parametrize("event", ARTICLES)
    def test_names_its_article(self, event: str) -> None:
        rows = [row for (_, name), row in RULES.machine.transitions.items() if name == event]
        assert {row.source.document for row in rows} == {"应急管理部令第11号 安全生产严重失信主体名单管理办法"}
        assert all(ARTICLES[event] in row.source.clause for row in rows)

    def test_tells_of_the_list_only_where_somebody_enters_or_leaves_it(self) -> None:
        tells = {name: row.tells for (_, name), row in RULES.machine.transitions.items() if row.tells}
        assert tells == {
            "publish": ("listed",),
            "restore": ("listed",),
            "grant": ("delisted",),
            "expire": ("delisted",),
            "revoke": ("delisted",),
        }


def refused(case: Case, step: Step) -> NotAllowed:
    with pytest.raises(NotAllowed) as refusal:
        take_case_step(RULES, case, step=step)
    return refusal.value


NOT_EFFECTIVE = replace(PENALTY, is_effective=False)
TO_COME = replace(PENALTY, decided_on=date(2026, 11, 27))
OF_OTHERS = replace(PENALTY, is_ours=False)
ORDINARY_FINE = replace(PENALTY, clause="V-114")
OTHER_CLAUSE = replace(PENALTY, clause="V-97-1")
YESTERDAY = date(2026, 11, 25)
UNMASKED = Person("p1", "principal", "王*", "331002199001011234")


class TestRefusals:
    @pytest.mark.parametrize(
        ("state", "changes", "event", "given", "code"),
        [
            ("new", {}, "propose", {"roles": FIRM_USER}, "officers_only"),
            ("new", {"penalty": None}, "propose", {}, "penalty_missing"),
            ("new", {"penalty": NOT_EFFECTIVE}, "propose", {}, "penalty_missing"),
            ("new", {"penalty": TO_COME}, "propose", {}, "penalty_missing"),
            ("new", {"penalty": OF_OTHERS}, "propose", {}, "penalty_of_others"),
            ("new", {"industry": "E4700"}, "propose", {}, "industry_out_of_scope"),
            ("new", {"industry": "A0100"}, "propose", {}, "scope_reason_missing"),
            ("new", {"condition": None}, "propose", {}, "condition_missing"),
            ("new", {"penalty": OTHER_CLAUSE}, "propose", {}, "condition_not_met"),
            ("new", {"penalty": ORDINARY_FINE}, "propose", {}, "condition_not_met"),
            ("new", {}, "propose", {"is_confirmed": False}, "confirmation_missing"),
            ("new", {}, "propose", {"facts": " "}, "grounds_missing"),
            ("candidate", {}, "dismiss", {"by": "proposer"}, "proposer_decides"),
            ("candidate", {}, "dismiss", {"reason": ""}, "reason_missing"),
            ("candidate", {}, "issue_notice", {"rights": ""}, "notice_incomplete"),
            ("candidate", {"penalty": NOT_EFFECTIVE}, "issue_notice", {}, "penalty_missing"),
            ("noticed", {}, "serve_notice", {}, "notice_served_already"),
            ("noticed", {"days": CaseDays()}, "serve_notice", {"deliveries": []}, "delivery_unproven"),
            ("noticed", {"days": CaseDays()}, "state", {}, "notice_not_served"),
            ("noticed", {"days": CaseDays(notice_served_on=date(2026, 11, 10))}, "state", {}, "window_over"),
            ("noticed", {}, "state", {"statement": ""}, "statement_missing"),
            ("noticed", {}, "window_elapsed", {}, "window_runs"),
            ("noticed", {"days": CaseDays()}, "window_elapsed", {}, "notice_not_served"),
            ("under_review", {}, "decide_listing", {"roles": OFFICER}, "leaders_only"),
            ("under_review", {}, "decide_listing", {"by": "proposer"}, "proposer_decides"),
            ("under_review", {"has_statement": True}, "decide_listing", {"reply": ""}, "reply_missing"),
            ("under_review", {}, "decide_listing", {"legal_review": ""}, "review_missing"),
            ("under_review", {}, "decide_listing", {"collective_decision": ""}, "review_missing"),
            ("under_review", {}, "decide_listing", {"remedies": ""}, "decision_incomplete"),
            ("under_review", {"penalty": NOT_EFFECTIVE}, "decide_listing", {}, "penalty_missing"),
            ("under_review", {}, "decide_against", {"reason": ""}, "reason_missing"),
            ("under_review", {}, "decide_against", {"by": "proposer"}, "proposer_decides"),
            ("decided", {"penalty": NOT_EFFECTIVE}, "serve", {}, "penalty_missing"),
            ("served", {"penalty": NOT_EFFECTIVE}, "record", {}, "penalty_missing"),
            ("recorded", {"penalty": NOT_EFFECTIVE}, "publish", {}, "penalty_missing"),
            ("recorded", {"days": CaseDays(managed_until=YESTERDAY)}, "publish", {}, "management_period_over"),
            ("removed", {"penalty": NOT_EFFECTIVE}, "restore", {}, "penalty_missing"),
            ("decided", {}, "serve", {"deliveries": delivered("decision")}, "delivery_unproven"),
            ("served", {}, "record", {"system_number": ""}, "system_number_missing"),
            ("recorded", {"published": {}}, "publish", {}, "fields_missing"),
            ("recorded", {"persons": (UNMASKED,)}, "publish", {}, "person_unmasked"),
            ("active", {"ban_until": date(2027, 1, 1)}, "apply_early_removal", {}, "ban_runs"),
            ("active", {}, "apply_early_removal", {"application": ""}, "application_missing"),
            ("active", {"days": CaseDays()}, "apply_early_removal", {}, "listed_too_short"),
            ("active", {}, "expire", {}, "period_runs"),
            ("active", {}, "revoke", {"number": ""}, "decision_number_missing"),
            ("active", {}, "revoke", {"roles": OFFICER}, "leaders_only"),
            ("repair_applied", {}, "accept", {"promise": ""}, "materials_missing"),
            ("repair_applied", {}, "reject", {"reason": ""}, "reason_missing"),
            ("repair_accepted", {}, "grant", {"harm_removed": False}, "repair_conditions_missing"),
            ("repair_accepted", {"relapsed": True}, "grant", {}, "relapsed"),
            ("repair_accepted", {}, "refuse", {"roles": OFFICER}, "leaders_only"),
            ("removing", {}, "update_system", {}, "system_updated_already"),
            ("removing", {"open_restrictions": 2}, "complete", {}, "measures_not_lifted"),
            ("removing", {"days": CaseDays(removal_on=TODAY)}, "complete", {}, "system_not_updated"),
            ("removed", {"removal": EXPIRY}, "restore", {}, "not_removed_early"),
        ],
    )
    def test_name_their_reason(
        self, state: str, changes: dict[str, Any], event: str, given: dict[str, Any], code: str
    ) -> None:
        assert refused(a_case(state, **changes), a_step(event, **given)).code == code

    @pytest.mark.parametrize("event", BY_CLOCK)
    def test_leave_to_the_clock_what_is_its_own(self, event: str) -> None:
        case, step = prepared("noticed" if event == "window_elapsed" else "active", event)
        pretending = Step(event, "clock", 0, step.now, {}, (*OFFICER, *LEADER))
        assert refused(case, pretending).code == "by_itself"

    def test_list_nobody_by_an_order_that_was_not_in_force(self) -> None:
        old = replace(PENALTY, decided_on=date(2023, 9, 30))
        with pytest.raises(NoOrderInForce):
            take_case_step(RULES, a_case("new", penalty=old), step=a_step("propose"))

    def test_name_who_has_not_been_served(self) -> None:
        only_firm = delivered("decision", "repair_notice", to=(FIRM,))
        refusal = refused(a_case("decided"), a_step("serve", deliveries=only_firm))
        assert refusal.facts == {"missing": ["decision:p1", "repair_notice:p1"]}

    @pytest.mark.parametrize("on", [date(2026, 11, 23), date(2026, 11, 27)])
    def test_take_no_service_before_the_decision_or_on_a_day_to_come(self, on: date) -> None:
        served = delivered("decision", "repair_notice", on=on)
        refusal = refused(a_case("decided"), a_step("serve", deliveries=served))
        assert (refusal.code, "decision:p1" in refusal.facts["misdated"]) == ("delivery_misdated", True)

    def test_take_no_service_of_the_notice_before_its_issue(self) -> None:
        case = a_case("noticed", days=CaseDays(noticed_on=date(2026, 11, 20)))
        early = delivered("notice", on=date(2026, 11, 19))
        assert refused(case, a_step("serve_notice", deliveries=early)).code == "delivery_misdated"
        same_day = delivered("notice", on=date(2026, 11, 20))
        assert take_case_step(RULES, case, step=a_step("serve_notice", deliveries=same_day)).state == "noticed"

    @pytest.mark.parametrize(
        "other",
        [
            delivered("decision", on=date(1999, 1, 1)),
            delivered("notice", to=("p2",)),
            delivered("notice", on=date(2026, 11, 27), to=("p1",)),
            [{**one, "proof": ""} for one in delivered("notice", to=("p1",))],
        ],
    )
    def test_take_nothing_beside_what_is_to_be_served(self, other: list[dict[str, Any]]) -> None:
        case = a_case("noticed", days=CaseDays())
        step = a_step("serve_notice", deliveries=[*delivered("notice"), *other])
        assert refused(case, step).code == "delivery_not_meant"

    def test_take_no_service_without_proof(self) -> None:
        unproven = [{**one, "proof": " "} for one in delivered("decision", "repair_notice")]
        assert refused(a_case("decided"), a_step("serve", deliveries=unproven)).code == "delivery_unproven"


class TestPassing:
    def test_takes_a_trade_that_the_code_leaves_open_with_a_reason(self) -> None:
        step = a_step("propose", scope_reason="仓储含危险化学品")
        assert take_case_step(RULES, a_case("new", industry="A0100"), step=step).state == "candidate"

    def test_takes_accidents_as_they_are_recorded(self) -> None:
        condition = RULES.conditions.condition("BL-6-2")
        accidents = (Accident("larger", date(2026, 2, 1)), Accident("larger", date(2026, 10, 1)))
        case = a_case("new", condition=condition, accidents=accidents)
        assert take_case_step(RULES, case, step=a_step("propose")).state == "candidate"
        assert refused(replace(case, accidents=accidents[:1]), a_step("propose")).code == "condition_not_met"

    @pytest.mark.parametrize("day", [date(2023, 9, 30), date(2026, 11, 3)])
    def test_counts_no_accident_from_before_the_order_or_after_the_penalty(self, day: date) -> None:
        condition = RULES.conditions.condition("BL-6-1")
        case = a_case("new", condition=condition, accidents=(Accident("serious", day),))
        assert refused(case, a_step("propose")).code == "condition_not_met"

    @pytest.mark.parametrize("code", ["BL-6-1", "BL-6-2"])
    def test_asks_whether_the_penalty_is_for_the_accident(self, code: str) -> None:
        accidents = (Accident("serious", date(2026, 2, 1)), Accident("larger", date(2026, 10, 1)))
        case = a_case("new", condition=RULES.conditions.condition(code), accidents=accidents)
        assert refused(case, a_step("propose", is_confirmed=False)).code == "confirmation_missing"

    def test_removes_after_ten_working_days_whoever_has_not_answered(self) -> None:
        case = a_case("removing", open_restrictions=1)  # removed on 24 November: the tenth working day is 8 December
        assert refused(case, a_step("complete", on=date(2026, 12, 8))).code == "measures_not_lifted"
        assert take_case_step(RULES, case, step=a_step("complete", on=date(2026, 12, 9))).state == "removed"


class TestAllowed:
    @pytest.mark.parametrize(
        ("state", "changes", "roles", "expected"),
        [
            ("candidate", {}, OFFICER, ["dismiss", "issue_notice"]),
            ("candidate", {"proposed_by": "reviewer"}, OFFICER, ["issue_notice"]),
            ("candidate", {}, LEADER, []),
            ("noticed", {}, OFFICER, ["state"]),
            ("noticed", {"days": CaseDays()}, OFFICER, ["serve_notice"]),
            ("under_review", {}, LEADER, ["decide_listing", "decide_against"]),
            ("active", {}, LEADER, ["apply_early_removal", "revoke"]),
            ("active", {"days": CaseDays(decided_on=TODAY, listed_on=TODAY)}, LEADER, ["revoke"]),
            ("active", {"days": CaseDays(decided_on=date(2020, 1, 1))}, OFFICER, []),
            ("removed", {"removal": EXPIRY}, LEADER, []),
        ],
    )
    def test_steps_are_those_of_the_person(
        self, state: str, changes: dict[str, Any], roles: tuple[str, ...], expected: list[str]
    ) -> None:
        asked = a_step("", roles=roles)
        assert allowed_case_steps(RULES, a_case(state, **changes), asked=asked) == expected
