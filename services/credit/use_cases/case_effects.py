"""What a step of a case writes beside its state, and whom it tells."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.credit.domain.case_facts import CORRECTION, EARLY, EXPIRY, NOTICE
from services.credit.domain.case_guards import DECISION_PARTS, REVIEW_PARTS
from services.credit.domain.limits import period_end
from services.credit.rules import case_rules, measure_rules
from services.credit.tables import listing_case, listing_delivery
from services.credit.use_cases.restrictions import push_restrictions, request_lifts
from shared.contracts.credit import SubjectDelisted, SubjectListed
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step

Changes = dict[str, Any]
DELIVERY = ("document", "addressee", "method", "proof", "served_on")


def effects_of(session: Session, row: Row[Any], *, step: Step) -> Changes:
    """Write the rows that belong to a step and return the columns of the case that it changes."""
    effect = _EFFECTS.get(step.event)
    return effect(session, row, step) if effect else {}


def follow_listing(session: Session, row: Row[Any], tells: tuple[str, ...], *, now: Any) -> None:
    """Tell who has entered the list or left it, and push or lift the restrictions that follow.

    A listing that was revoked before anybody was told of it is nobody's business; one that names only the principal
    is not the firm's.
    """
    names_firm = case_rules().conditions.condition(row.condition).names_firm
    if not tells or row.listing_id is None or not names_firm:
        return
    told, sequence = _event(row, is_listed="listed" in tells), row.told + 1
    session.execute(update(listing_case).where(listing_case.c.id == row.id).values(told=sequence))
    publish(session, told, sequence=sequence, at=now)
    if "listed" in tells:
        push_restrictions(session, row, now=now)
    else:
        request_lifts(session, row, now=now)


def _event(row: Row[Any], *, is_listed: bool) -> SubjectListed | SubjectDelisted:
    same = {"listing_id": row.listing_id, "enterprise_id": row.enterprise_id}
    if not is_listed:
        return SubjectDelisted(**same, removal=row.removal, removed_on=row.removal_on.isoformat())
    rules = measure_rules()
    told = [*rules.measures.values(), *rules.restrictions.values()]
    return SubjectListed(
        **same,
        managed_until=row.managed_until.isoformat(),
        basis=case_rules().conditions.condition(row.condition).source.clause,
        condition=row.condition,
        decision_number=row.decision["number"],
        listed_on=row.listed_on.isoformat(),
        measures=[{"code": one.code, "effect": one.effect, "basis": one.basis} for one in told],
    )


def _keep_deliveries(session: Session, row: Row[Any], step: Step) -> None:
    rows = [
        {"id": new_id(), "case_id": row.id, "by": step.by, "at": step.now, **{name: one[name] for name in DELIVERY}}
        for one in step.given["deliveries"]
    ]
    session.execute(insert(listing_delivery), rows)


def _serve_notice(session: Session, row: Row[Any], step: Step) -> Changes:
    """The window runs from the day on which the last of them was served."""
    _keep_deliveries(session, row, step)
    days = [one["served_on"] for one in step.given["deliveries"] if one["document"] == NOTICE]
    return {"notice_served_on": max(days)}


def _state(_session: Session, _row: Row[Any], step: Step) -> Changes:
    return {"statement": step.given["statement"]}


def _decide_listing(_session: Session, _row: Row[Any], step: Step) -> Changes:
    parts = {name: step.given.get(name, "") for name in (*DECISION_PARTS, *REVIEW_PARTS, "reply")}
    until = period_end(case_rules().limits_on(step.today), step.today)
    named = {"decision": parts, "decided_on": step.today, "decided_by": step.by}
    return {**named, "managed_until": until, "ban_until": step.given.get("ban_until")}


def _serve(session: Session, row: Row[Any], step: Step) -> Changes:
    _keep_deliveries(session, row, step)
    return {}


def _record(_session: Session, _row: Row[Any], step: Step) -> Changes:
    return {"system_number": step.given["system_number"]}


def _publish(_session: Session, row: Row[Any], step: Step) -> Changes:
    """The period runs from the decision (自列入之日), the publication from now."""
    return {"listing_id": new_id(), "listed_on": row.decided_on, "published_at": step.now}


def _apply(_session: Session, _row: Row[Any], step: Step) -> Changes:
    return {"applied_on": step.today}


def _accept(_session: Session, _row: Row[Any], step: Step) -> Changes:
    return {"accepted_on": step.today}


def _stay(_session: Session, _row: Row[Any], _step: Step) -> Changes:
    return {"applied_on": None, "accepted_on": None}


def _remove(removal: str) -> Callable[[Session, Row[Any], Step], Changes]:
    def effect(_session: Session, _row: Row[Any], step: Step) -> Changes:
        ended = {"removal": removal, "removal_on": step.today, "removal_number": step.given.get("number", "")}
        return {**ended, "is_system_updated": False}

    return effect


def _update_system(_session: Session, _row: Row[Any], _step: Step) -> Changes:
    return {"is_system_updated": True}


def _restore(_session: Session, _row: Row[Any], step: Step) -> Changes:
    """A removal that was got by fraud is undone; the period begins anew with this day."""
    until = period_end(case_rules().limits_on(step.today), step.today)
    anew = {"listing_id": new_id(), "listed_on": step.today, "managed_until": until, "published_at": step.now}
    ended = {"removal": "", "removal_number": "", "removal_on": None, "is_system_updated": False}
    return {**anew, **ended, "applied_on": None, "accepted_on": None}


_EFFECTS: Mapping[str, Callable[[Session, Row[Any], Step], Changes]] = {
    "serve_notice": _serve_notice,
    "state": _state,
    "decide_listing": _decide_listing,
    "serve": _serve,
    "record": _record,
    "publish": _publish,
    "apply_early_removal": _apply,
    "accept": _accept,
    "reject": _stay,
    "refuse": _stay,
    "grant": _remove(EARLY),
    "expire": _remove(EXPIRY),
    "revoke": _remove(CORRECTION),
    "update_system": _update_system,
    "restore": _restore,
}
