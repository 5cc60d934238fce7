"""credit/ratings/policies: how the grade is counted, drafted and tried out by officers, adopted by a leader."""

from typing import Any

from services.credit.domain.rating_policies import Adoption, with_numbers
from services.credit.queries import rating_policies as reading
from services.credit.queries.ratings import tried_out
from services.credit.schemas.rating_policies import (
    OwnPolicyList,
    OwnPolicyQuery,
    PolicyAdoption,
    PolicyEnd,
    PolicyNumbers,
    RatingTable,
    TriedPolicy,
    WholeOwnPolicy,
)
from services.credit.tables import rating_policy
from services.credit.use_cases import rating_policies
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    Blueprint,
    audit_note,
    etag_of,
    now,
    page,
    paging_of,
    principal,
    reads,
    require_version,
    writes,
)

blp = Blueprint("rating_policies", __name__, url_prefix="/api/v1/credit/ratings", description="Policies of the grade")


@blp.route("/table", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, RatingTable)
def show_rating_table(session: Session) -> Any:
    """The policies of the grade: what is counted with how many points, what moves a grade, and where it stands."""
    return reading.policy_table(session, today=business_date(now()))


@blp.route("/trial", methods=["POST"])
@reads("credit:oversee")
@blp.arguments(PolicyNumbers)
@blp.response(200, TriedPolicy)
def try_policy(session: Session, body: dict[str, Any]) -> Any:
    """Try other numbers out on the own area: who would move; nothing is changed."""
    today = business_date(now())
    policy = with_numbers(reading.policy_today(session, today), body)
    return tried_out(session, principal(), policy, today=today)


@blp.route("/policies", methods=["GET"])
@reads("credit:oversee")
@blp.arguments(OwnPolicyQuery, location="query")
@blp.response(200, OwnPolicyList)
def list_policies(session: Session, query: dict[str, Any]) -> Any:
    """What the bureau drafted, adopted, dropped and withdrew, the newest first."""
    paging = paging_of(query)
    wanted = reading.own_policies(state=query.get("state"))
    rows, next_cursor = page(session, wanted, key=[rating_policy.c.id], descending=True, **paging)
    present = reading.policy_today(session, business_date(now()))
    return {"items": [reading.head_of(row, present=present) for row in rows], "next_cursor": next_cursor}


@blp.route("/policies", methods=["POST"])
@writes("credit:write")
@blp.arguments(PolicyNumbers)
@blp.response(201, WholeOwnPolicy)
def draft_policy(session: Session, body: dict[str, Any]) -> Any:
    """Begin a draft from the policy in force, with some other numbers if they are known already."""
    policy_id = rating_policies.draft_policy(session, body, by=principal().subject, now=now())
    return _shown(session, policy_id, event="draft")


@blp.route("/policies/<id:policy_id>", methods=["GET"])
@reads("credit:oversee")
@blp.response(200, WholeOwnPolicy)
def show_policy(session: Session, policy_id: str) -> Any:
    """One policy with every number and what is new in it; its revision is the ETag."""
    row = reading.policy_row(session, policy_id)
    return reading.own_policy_view(session, row, today=business_date(now())), etag_of(row.revision)


@blp.route("/policies/<id:policy_id>", methods=["PATCH"])
@writes("credit:write")
@blp.arguments(PolicyNumbers)
@blp.response(200, WholeOwnPolicy)
def amend_policy(session: Session, body: dict[str, Any], policy_id: str) -> Any:
    """Change numbers of a draft; `If-Match` names the revision that was read."""
    rating_policies.amend_policy(session, _held(session, policy_id), body, by=principal().subject)
    return _shown(session, policy_id, event="amend")


@blp.route("/policies/<id:policy_id>/trial", methods=["POST"])
@writes("credit:oversee")
@blp.response(200, TriedPolicy)
def try_draft(session: Session, policy_id: str) -> Any:
    """Try a draft out on the own area: who would move; without a trial nothing is adopted."""
    row, today = _held(session, policy_id), business_date(now())
    rating_policies.note_trial(session, row)
    audit_note(session, entity=f"rating_policy:{policy_id}", details={"event": "try", "revision": row.revision})
    return tried_out(session, principal(), reading.policy_of(row, effective_from=today), today=today)


@blp.route("/policies/<id:policy_id>/adopt", methods=["POST"])
@writes("credit:decide")
@blp.arguments(PolicyAdoption)
@blp.response(200, WholeOwnPolicy)
def adopt_policy(session: Session, body: dict[str, Any], policy_id: str) -> Any:
    """Let a draft hold for everybody from a day on; who wrote it does not decide. Needs If-Match."""
    row, adoption = _held(session, policy_id), Adoption(**body)
    rating_policies.adopt_policy(session, row, adoption, by=principal().subject, now=now())
    return _shown(session, policy_id, event="adopt")


@blp.route("/policies/<id:policy_id>/drop", methods=["POST"])
@writes("credit:write")
@blp.arguments(PolicyEnd)
@blp.response(200, WholeOwnPolicy)
def drop_policy(session: Session, body: dict[str, Any], policy_id: str) -> Any:
    """Give a draft up; needs If-Match."""
    row, reason = _held(session, policy_id), body["reason"]
    rating_policies.drop_policy(session, row, reason=reason, by=principal().subject, now=now())
    return _shown(session, policy_id, event="drop")


@blp.route("/policies/<id:policy_id>/withdraw", methods=["POST"])
@writes("credit:decide")
@blp.arguments(PolicyEnd)
@blp.response(200, WholeOwnPolicy)
def withdraw_policy(session: Session, body: dict[str, Any], policy_id: str) -> Any:
    """Take an adopted policy back before its first day; needs If-Match."""
    row, reason = _held(session, policy_id), body["reason"]
    rating_policies.withdraw_policy(session, row, reason=reason, by=principal().subject, now=now())
    return _shown(session, policy_id, event="withdraw")


def _held(session: Session, policy_id: str) -> Any:
    """Return the policy, locked, as the caller read it."""
    row = reading.policy_row(session, policy_id, is_locked=True)
    require_version(row.revision)
    return row


def _shown(session: Session, policy_id: str, *, event: str) -> Any:
    row = reading.policy_row(session, policy_id)
    facts = {"version": row.version, "numbers": row.numbers, "first_day": str(row.effective_from or "")}
    details = {"event": event, "document": row.document, "because": row.ended_because, **facts}
    audit_note(session, entity=f"rating_policy:{policy_id}", details=details)
    return reading.own_policy_view(session, row, today=business_date(now())), etag_of(row.revision)
