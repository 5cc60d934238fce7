"""What a step of a permit needs of the work once it is approved: to start, go on, stop and end."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.permits.domain.permit_facts import (
    BLINDING,
    BY_GAS_OF_RELATIVE,
    CARRIED_ALONG,
    GAS,
    HOT_WORK,
    READY,
    SUSPENDED,
    TEMP_POWER,
    PermitLook,
    Relative,
    missing_gases,
    needed_kinds,
)
from shared.clock import business_date
from shared.machines import NotAllowed, require, require_all


def _is_sampled_now(look: PermitLook) -> None:
    sampled_at = look.given.get("sampled_at")
    is_past = sampled_at is not None and sampled_at <= look.step.now
    refusal = NotAllowed("sample_in_future", "A sample is taken before it is entered.", field="sampled_at")
    require(is_past, refusal)


def _has_reason(look: PermitLook) -> None:
    require_all(look.given, ("reason",), code="reason_missing", detail="Say why.")


def _is_clock(look: PermitLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only the clock does this."))


def _ticket_role_is_due(look: PermitLook) -> None:
    due = [role for role in look.permit.terms.tickets if role not in look.permit.tickets]
    role = look.given.get("role") or next(iter(due), "")
    require(role in due, NotAllowed("no_ticket_check_due", "Nobody in this role has to check the ticket.", due=due))


def _has_begun(look: PermitLook) -> None:
    starts_at = look.permit.starts_at
    is_time = starts_at is not None and starts_at <= look.step.now
    sentence = "The period of this permit has not begun."
    require(is_time, NotAllowed("not_yet_valid", sentence, starts_at=starts_at and starts_at.isoformat()))


def _has_not_ended(look: PermitLook) -> None:
    ends_at = look.permit.ends_at
    is_time = ends_at is not None and look.step.now < ends_at
    sentence = "The period of this permit is over and cannot be prolonged: renew it (4.16)."
    require(is_time, NotAllowed("permit_over", sentence))


def _end_has_come(look: PermitLook) -> None:
    ends_at = look.permit.ends_at
    require(ends_at is not None and ends_at <= look.step.now, NotAllowed("not_over", "Its period is not over."))


def _is_not_halted(look: PermitLook) -> None:
    sentence = "Production is halted by order: nothing starts until the order is lifted."
    require(not look.permit.is_halted, NotAllowed("production_halted", sentence))


def _gas_is_fresh(look: PermitLook) -> None:
    """At most 30 minutes lie between the sample and the start (5.3.1 c, 6.3)."""
    minutes = look.permit.terms.gas_minutes
    since = look.step.now - timedelta(minutes=minutes)
    missing = missing_gases(look.permit, since=since) if minutes else []
    sentence = f"Analyse these gases again: a result counts for {minutes} minutes."
    require(not missing, NotAllowed("gas_stale", sentence, missing=missing))


def _gas_after_break(look: PermitLook) -> None:
    """Analysed again after a break over the limit of the level (5.3.1 d, 6.3 f), after any gas alarm, also of another
    permit of the job, and in general industry after any break (Order 13 Art. 15)."""
    permit, stopped = look.permit, look.permit.suspended_at or look.step.now
    terms = permit.terms
    is_long = bool(terms.break_minutes) and look.step.now - stopped > timedelta(minutes=terms.break_minutes)
    if is_long or permit.cause in (GAS, BY_GAS_OF_RELATIVE) or terms.ventilates:
        missing = missing_gases(permit, since=stopped)
        sentence = "After this break the gases are analysed again before the work goes on."
        require(not missing, NotAllowed("analysis_needed", sentence, missing=missing))
        _gas_is_fresh(look)


def _gas_is_of_today(look: PermitLook) -> None:
    """Every day before the start (5.3.1 d)."""
    stopped = look.permit.suspended_at or look.step.now
    if look.permit.terms.is_daily_gas and business_date(stopped) != look.step.today:
        since = look.step.now - timedelta(minutes=look.permit.terms.gas_minutes)
        missing = missing_gases(look.permit, since=since)
        sentence = "A new day needs an analysis of its own before the work goes on."
        require(not missing, NotAllowed("daily_analysis_needed", sentence, missing=missing))


def _is_ventilated(look: PermitLook) -> None:
    sentence = "Ventilate, then test, then work: confirm the ventilation (Order 13 Art. 14, 15)."
    is_done = bool(look.given.get("ventilated")) or not look.permit.terms.ventilates
    require(is_done, NotAllowed("not_ventilated", sentence, field="ventilated"))


def _is_reconfirmed(look: PermitLook) -> None:
    sentence = "After a break the surroundings and the measures are confirmed again (8.2.11)."
    is_done = bool(look.given.get("reconfirmed")) or not look.permit.terms.reconfirms
    require(is_done, NotAllowed("not_reconfirmed", sentence, field="reconfirmed"))


def _tickets_are_checked(look: PermitLook) -> None:
    missing = [role for role in look.permit.terms.tickets if role not in look.permit.tickets]
    refusal = NotAllowed("ticket_unchecked", "The shift leader checks the ticket before the start.", missing=missing)
    require(not missing, refusal)


def _video_is_live(look: PermitLook) -> None:
    is_live = bool(look.given.get("video_live")) or not look.permit.terms.needs_video
    sentence = "The whole work is filmed: confirm that the camera runs (5.2.11)."
    require(is_live, NotAllowed("video_missing", sentence, field="video_live"))


def _gas_stream_is_live(look: PermitLook) -> None:
    is_live = bool(look.given.get("detector_live")) or not look.permit.terms.is_continuous_gas
    sentence = "The gas is watched all the time: confirm that the detector runs (5.3.1, 6.5)."
    require(is_live, NotAllowed("detector_missing", sentence, field="detector_live"))


def _weather_allows(look: PermitLook) -> None:
    """Wind stops work outdoors (5.2.15, 8.2.6, 9.2.4); unless the form says otherwise, it is outdoors."""
    limit = look.permit.terms.stop_wind_force
    if not limit or look.permit.facts.get("outdoor") is False:
        return
    force = look.given.get("wind_force")
    known = NotAllowed(
        "wind_unknown",
        "Give the force of the wind: the form does not say that this work is indoors.",
        field="wind_force",
    )
    require(force is not None, known)
    sentence = f"From wind force {limit} on this work stops outdoors."
    is_calm = force is not None and force < limit
    has_exception = look.permit.kind == HOT_WORK and bool(look.permit.facts.get("wind_exception"))
    require(is_calm or has_exception, NotAllowed("too_windy", sentence, limit=limit))


def _related_are_ready(look: PermitLook) -> None:
    """Each permit of the job is approved, and none stands still for a reason of its own (4.6)."""
    needed = needed_kinds(look.rules, look.permit)
    ready = {one.kind for one in look.permit.relatives if one.state in READY}
    missing = [kind for kind in needed if kind not in ready]
    stopped = [one.id for one in look.permit.relatives if one.kind in needed and _stands_by_itself(one)]
    sentence = "The other permits of this work are approved first, and none of them is stopped (4.6)."
    refusal = NotAllowed("related_permit_not_ready", sentence, missing=missing, stopped=stopped)
    require(not missing and not stopped, refusal)


def _stands_by_itself(other: Relative) -> bool:
    return other.state == SUSPENDED and other.cause not in CARRIED_ALONG


def _parent_is_live(look: PermitLook) -> None:
    """Power for other work is on only while that work may go on (10.8)."""
    parent = look.permit.parent
    is_bound = look.permit.kind == TEMP_POWER and parent is not None
    is_ready = parent is not None and parent.state in READY and not _stands_by_itself(parent)
    sentence = "The permit that this one belongs to is not approved, or stopped (10.8)."
    require(is_ready or not is_bound, NotAllowed("parent_not_ready", sentence))


def _alarm_is_over(look: PermitLook) -> None:
    """After an alarm no earlier result counts, whether the work went on, stood still or had not begun (4.8, 6.5)."""
    sentence = "An alarm goes on at this place: the work waits until it is over, and the gases are analysed again."
    require(not look.permit.has_alarm, NotAllowed("alarm_goes_on", sentence))
    since = look.permit.alarm_over_at
    missing = missing_gases(look.permit, since=since) if since else []
    sentence = "After the alarm the gases are analysed again before anybody works there."
    require(not missing, NotAllowed("analysis_needed", sentence, missing=missing))


def _cause_is_cleared(look: PermitLook) -> None:
    detail = "Say what was done about the cause."
    require_all(look.given, ("cleared",), code="cause_not_cleared", detail=detail)


def _fire_is_out(look: PermitLook) -> None:
    is_out = bool(look.given.get("fire_out")) or look.permit.kind != HOT_WORK
    sentence = "Confirm that nothing burns or glows any more (5.2.14)."
    require(is_out, NotAllowed("fire_unchecked", sentence, field="fire_out"))


def _line_is_removed(look: PermitLook) -> None:
    is_removed = bool(look.given.get("line_removed")) or look.permit.kind != TEMP_POWER
    sentence = "The supplier removes the line: confirm it (10.8)."
    require(is_removed, NotAllowed("line_not_removed", sentence, field="line_removed"))


def _is_restored(look: PermitLook) -> None:
    sentence = "Put covers, rails, guards and drains back and clean up: confirm it (4.14)."
    require(bool(look.given.get("restored")), NotAllowed("not_restored", sentence, field="restored"))


def _blinds_are_confirmed(look: PermitLook) -> None:
    other = look.given.get("confirmed_by", "")
    is_confirmed = look.permit.kind != BLINDING or (bool(other) and other != look.step.by)
    sentence = "The working unit and the enterprise confirm the blind together: name the other one (7.12)."
    require(is_confirmed, NotAllowed("blind_unconfirmed", sentence, field="confirmed_by"))


def _children_have_ended(look: PermitLook) -> None:
    going = [one.id for one in look.permit.relatives if one.relation == "child" and one.state in (*READY, "finished")]
    sentence = "Accept the permits that belong to this one first (10.8)."
    require(not going, NotAllowed("children_open", sentence, permits=going))


WORK_GUARDS: Mapping[str, Callable[[PermitLook], None]] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _is_sampled_now,
        _has_reason,
        _is_clock,
        _ticket_role_is_due,
        _has_begun,
        _has_not_ended,
        _end_has_come,
        _is_not_halted,
        _gas_is_fresh,
        _gas_after_break,
        _gas_is_of_today,
        _is_ventilated,
        _is_reconfirmed,
        _tickets_are_checked,
        _video_is_live,
        _gas_stream_is_live,
        _weather_allows,
        _related_are_ready,
        _parent_is_live,
        _cause_is_cleared,
        _alarm_is_over,
        _fire_is_out,
        _line_is_removed,
        _is_restored,
        _blinds_are_confirmed,
        _children_have_ended,
    )
}
