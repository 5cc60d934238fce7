"""registry/enterprises/…/deregister and …/register-again, registry/duplicates and registry/merges."""

from __future__ import annotations

from services.registry.domain.endings import Ending, reasons
from services.registry.queries.endings import carried_over, compared, duplicates
from services.registry.queries.enterprises import enterprise_in_scope, with_masked_contacts
from services.registry.schemas.enterprises import (
    ApartBody,
    Deregistration,
    DuplicateFilter,
    DuplicatePage,
    EndingReasons,
    Enterprise,
    MergeBody,
    MergePair,
    MergePreview,
    Reason,
)
from services.registry.use_cases.endings import (
    Merge,
    deregister_enterprise,
    merge_enterprises,
    register_again,
    tell_apart,
)
from shared.errors import Conflict
from shared.http import Blueprint, audit_note, etag_of, now, principal, reads, require_version, writes

blp = Blueprint("endings", __name__, url_prefix="/api/v1/registry", description="Deregistration")


@blp.route("/enterprises/endings", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, EndingReasons)
def list_reasons(_session):
    """The reasons for which an enterprise leaves the register, each with its source."""
    return {"items": list(reasons().values())}


@blp.route("/enterprises/<id:enterprise_id>/deregister", methods=["POST"])
@writes("enterprise:end")
@blp.arguments(Deregistration)
@blp.response(200, Enterprise)
def deregister(session, body, enterprise_id):
    """Take an enterprise off the register: obligations, contracts and grade end, its people lose access."""
    current = enterprise_in_scope(session, principal(), enterprise_id, lock=True)
    require_version(current["version"])
    ending = Ending(body["reason"], body["on"], body["basis"])
    row = deregister_enterprise(session, current, ending, actor=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", details=ending.grounds)
    return with_masked_contacts(session, row), etag_of(row["version"])


@blp.route("/enterprises/<id:enterprise_id>/register-again", methods=["POST"])
@writes("enterprise:end")
@blp.arguments(Reason)
@blp.response(200, Enterprise)
def put_back(session, body, enterprise_id):
    """Put a deregistered enterprise back, with the reason; nobody supervises it before somebody has looked."""
    current = enterprise_in_scope(session, principal(), enterprise_id, lock=True)
    require_version(current["version"])
    row = register_again(session, current, reason=body["reason"], actor=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", details={"return_reason": body["reason"]})
    return with_masked_contacts(session, row), etag_of(row["version"])


class EntryChanged(Conflict):
    code = "entry_changed"


@blp.route("/duplicates", methods=["GET"])
@reads("enterprise:merge")
@blp.arguments(DuplicateFilter, location="query")
@blp.response(200, DuplicatePage)
def list_duplicates(session, query):
    """Pairs of one's area that may be one enterprise: same organisation, same name, or alike at one address."""
    after = query.pop("cursor")
    items, next_cursor = duplicates(session, principal(), after=after, **query)
    return {"items": items, "next_cursor": next_cursor}


@blp.route("/duplicates/apart", methods=["POST"])
@writes("enterprise:merge")
@blp.arguments(ApartBody)
@blp.response(204)
def keep_apart(session, body):
    """Say that two entries are different enterprises; they are not proposed again."""
    ids = [str(body[name]) for name in ("kept", "merged")]
    for one in ids:
        enterprise_in_scope(session, principal(), one)
    tell_apart(session, *ids, reason=body["reason"], actor=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{ids[0]}", details={"apart_from": ids[1], "reason": body["reason"]})


@blp.route("/merges/preview", methods=["GET"])
@reads("enterprise:merge")
@blp.arguments(MergePair, location="query")
@blp.response(200, MergePreview)
def preview_merge(session, query):
    """Both entries side by side, what is proposed to be taken from which, and what goes over."""
    rows = [enterprise_in_scope(session, principal(), str(query[name])) for name in ("kept", "merged")]
    kept, merged = (with_masked_contacts(session, row) for row in rows)
    follows = carried_over(session, merged["id"])
    return {"kept": kept, "merged": merged, "choices": compared(kept, merged), "follows": follows}


@blp.route("/merges", methods=["POST"])
@writes("enterprise:merge")
@blp.arguments(MergeBody)
@blp.response(201, Enterprise)
def merge(session, body):
    """Let the entry `merged` become part of `kept`, for ever: people, contracts, surveys, duties and risk go over."""
    ids = {name: str(body[name]) for name in ("kept", "merged")}
    rows = {one: enterprise_in_scope(session, principal(), one, lock=True) for one in sorted(ids.values())}
    kept, merged = rows[ids["kept"]], rows[ids["merged"]]
    if (kept["version"], merged["version"]) != (body["kept_version"], body["merged_version"]):
        raise EntryChanged("Somebody has changed one of the entries meanwhile: compare them again.")
    choice = Merge(body["reason"], frozenset(body["take"]))
    row = merge_enterprises(session, kept, merged, merge=choice, actor=principal().subject, now=now())
    details = {"merged": merged["id"], "take": sorted(body["take"]), "reason": body["reason"]}
    audit_note(session, entity=f"enterprise:{kept['id']}", details=details)
    return with_masked_contacts(session, row), etag_of(row["version"])
