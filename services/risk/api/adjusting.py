"""Dynamic rules, the bureau's review after red, levels set by hand, and versions of the policy."""

from typing import Any

from services.risk import queries, use_cases
from services.risk.domain.levels import Level
from services.risk.domain.policy import Amendment
from services.risk.schemas.adjusting import (
    Activation,
    Amendments,
    DynamicRules,
    Override,
    OverrideDecision,
    Overrides,
    OverridesQuery,
    OverrideWish,
    PolicyNote,
    PolicyVersions,
    Review,
    RuleApplications,
    WholePolicy,
)
from services.risk.schemas.grades import HistoryQuery
from services.risk.tables import applied_rule, override
from shared.database import Session
from shared.http import (
    Blueprint,
    audit_note,
    etag_of,
    now,
    page,
    principal,
    public_reads,
    reads,
    require_version,
    writes,
)

policies = Blueprint("policies", __name__, url_prefix="/api/v1/risk/policies", description="Versions of the policy")
blp = Blueprint("adjusting", __name__, url_prefix="/api/v1/risk", description="Dynamic rules, reviews and overrides")


@blp.route("/dynamic-rules", methods=["GET"])
@public_reads()
@blp.response(200, DynamicRules)
def list_dynamic_rules(session: Session) -> Any:
    """Every dynamic rule with its effect, how it ends, and its source."""
    return {"items": queries.dynamic_rule_table()}


@blp.route("/grades/<id:enterprise_id>/rules", methods=["GET"])
@reads("grade:read")
@blp.arguments(HistoryQuery, location="query")
@blp.response(200, RuleApplications)
def list_rules_of_enterprise(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """The dynamic rules that count for an enterprise or have counted, the newest first."""
    queries.visible_standing(session, principal(), enterprise_id=enterprise_id)
    key = [applied_rule.c.applied_at, applied_rule.c.id]
    rows, next_cursor = page(session, queries.applied_rules(enterprise_id), key=key, descending=True, **query)
    return {"items": [queries.rule_application_view(row) for row in rows], "next_cursor": next_cursor}


@blp.route("/grades/<id:enterprise_id>/review", methods=["POST"])
@writes("grade:review")
@blp.arguments(Review)
@blp.response(204)
def review_red(session: Session, body: dict[str, Any], enterprise_id: str) -> None:
    """Confirm that a cause of red is gone, so that the enterprise may rise one level per period (DY-14)."""
    queries.visible_standing(session, principal(), enterprise_id=enterprise_id)
    use_cases.review_red(session, enterprise_id=enterprise_id, reason=body["reason"], by=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", after=body)


@blp.route("/overrides", methods=["GET"])
@reads("grade:read")
@blp.arguments(OverridesQuery, location="query")
@blp.response(200, Overrides)
def list_overrides(session: Session, query: dict[str, Any]) -> Any:
    """Levels set or asked for by hand in the own area, the newest first."""
    wanted = {name: str(query.pop(name)) for name in ("state", "enterprise_id") if name in query}
    key = [override.c.requested_at, override.c.id]
    rows, next_cursor = page(session, queries.overrides(principal(), **wanted), key=key, descending=True, **query)
    return {"items": [queries.override_view(row) for row in rows], "next_cursor": next_cursor}


@blp.route("/overrides", methods=["POST"])
@writes("override:request")
@blp.arguments(OverrideWish)
@blp.response(201, Override)
def request_override(session: Session, body: dict[str, Any]) -> Any:
    """Ask that an enterprise be given a level by hand until a day; somebody else has to approve it."""
    enterprise_id = str(body["enterprise_id"])
    queries.visible_standing(session, principal(), enterprise_id=enterprise_id)
    wish = use_cases.Wish(enterprise_id, Level(body["level"]), body["reason"], body["expires_at"])
    override_id = use_cases.request_override(session, wish, by=principal().subject, now=now())
    return _shown(session, override_id)


@blp.route("/overrides/<id:override_id>/approve", methods=["POST"])
@writes("override:approve")
@blp.arguments(OverrideDecision)
@blp.response(200, Override)
def approve_override(session: Session, body: dict[str, Any], override_id: str) -> Any:
    """Let a requested level count until it expires."""
    return _decided(session, override_id, note=body["note"], is_approved=True)


@blp.route("/overrides/<id:override_id>/reject", methods=["POST"])
@writes("override:approve")
@blp.arguments(OverrideDecision)
@blp.response(200, Override)
def reject_override(session: Session, body: dict[str, Any], override_id: str) -> Any:
    """Refuse a requested level."""
    return _decided(session, override_id, note=body["note"], is_approved=False)


@blp.route("/overrides/<id:override_id>/withdraw", methods=["POST"])
@writes("override:request")
@blp.arguments(OverrideDecision)
@blp.response(200, Override)
def withdraw_override(session: Session, body: dict[str, Any], override_id: str) -> Any:
    """End a level set by hand before its time, or take a request back."""
    queries.enterprise_of_override(session, principal(), override_id)
    use_cases.withdraw_override(session, override_id=override_id, note=body["note"], by=principal().subject, now=now())
    return _shown(session, override_id)


def _decided(session: Session, override_id: str, *, note: str, is_approved: bool) -> Any:
    queries.enterprise_of_override(session, principal(), override_id)
    use_cases.decide_override(
        session, override_id=override_id, is_approved=is_approved, note=note, by=principal().subject, now=now()
    )
    return _shown(session, override_id)


def _shown(session: Session, override_id: str) -> Any:
    shown = queries.override_view(queries.enterprise_of_override(session, principal(), override_id))
    told = {"override": override_id, **{name: shown[name] for name in ("level", "state", "reason")}}
    audit_note(session, entity=f"enterprise:{shown['enterprise_id']}", after=told)
    return shown


@policies.route("", methods=["GET"])
@reads("policy:read")
@policies.response(200, PolicyVersions)
def list_policies(session: Session) -> Any:
    """Every version, the newest first; the last one came with this release."""
    return {"items": queries.policies(session, now())}


@policies.route("", methods=["POST"])
@writes("policy:write")
@policies.arguments(PolicyNote)
@policies.response(201, WholePolicy)
def draft_policy(session: Session, body: dict[str, Any]) -> Any:
    """Begin a draft from the version in force."""
    policy_id = use_cases.draft_policy(session, note=body["note"], by=principal().subject, now=now())
    return _shown_policy(session, policy_id)


@policies.route("/<id:policy_id>", methods=["GET"])
@reads("policy:read")
@policies.response(200, WholePolicy)
def get_policy(session: Session, policy_id: str) -> Any:
    """One version: its cards, how it differs from the one before, whom it changes, and how far its job is."""
    return _policy(session, policy_id)


@policies.route("/<id:policy_id>", methods=["PUT"])
@writes("policy:write")
@policies.arguments(Amendments)
@policies.response(200, WholePolicy)
def amend_policy(session: Session, body: dict[str, Any], policy_id: str) -> Any:
    """Replace what a draft changes; the revision is the ETag."""
    require_version(queries.policy_by_id(session, policy_id).revision)
    amendments = [Amendment(**one) for one in body["amendments"]]
    use_cases.amend_policy(session, policy_id, amendments=amendments, note=body["note"])
    return _shown_policy(session, policy_id)


@policies.route("/<id:policy_id>/simulate", methods=["POST"])
@writes("policy:write")
@policies.response(202, WholePolicy)
def simulate_policy(session: Session, policy_id: str) -> Any:
    """Count who would change colour; the answer's job tells how far it is."""
    use_cases.simulate_policy(session, policy_id, now=now())
    return _shown_policy(session, policy_id)


@policies.route("/<id:policy_id>/activate", methods=["POST"])
@writes("policy:write")
@policies.arguments(Activation)
@policies.response(202, WholePolicy)
def activate_policy(session: Session, body: dict[str, Any], policy_id: str) -> Any:
    """Let a simulated draft count; everybody is graded anew meanwhile."""
    subject, moment = principal().subject, now()
    use_cases.activate_policy(session, policy_id, effective_from=body["effective_from"], by=subject, now=moment)
    return _shown_policy(session, policy_id)


@policies.route("/<id:policy_id>/discard", methods=["POST"])
@writes("policy:write")
@policies.response(200, WholePolicy)
def discard_policy(session: Session, policy_id: str) -> Any:
    """Give a draft up."""
    use_cases.discard_policy(session, policy_id)
    return _shown_policy(session, policy_id)


def _policy(session: Session, policy_id: str) -> Any:
    shown = queries.policy_view(session, queries.policy_by_id(session, policy_id), at=now())
    return shown, 200, etag_of(shown["revision"])


def _shown_policy(session: Session, policy_id: str) -> Any:
    shown, _, etag = _policy(session, policy_id)
    told = {name: shown[name] for name in ("state", "revision", "differences")}
    audit_note(session, entity=f"policy:{policy_id}", after=told)
    return shown, None, etag
