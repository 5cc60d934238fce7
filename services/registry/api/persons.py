"""registry/persons: the people of an enterprise, masked; found by telephone, card or name; shown for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.domain.persons import SearchEmpty, posts
from services.registry.queries.enterprises import enterprise_in_scope
from services.registry.queries.persons import masked, person_in_scope, persons_found, persons_of, unsealed
from services.registry.schemas.enterprises import Reason
from services.registry.schemas.persons import (
    Person,
    PersonChange,
    PersonFilter,
    PersonLeft,
    PersonList,
    PersonNew,
    PersonPage,
    PersonSearch,
    PersonUnmasked,
    Posts,
)
from services.registry.tables import person
from services.registry.use_cases.persons import change_person, let_person_leave, register_person
from shared.http import Blueprint, audit_note, etag_of, now, page, principal, reads, require_version, writes

blp = Blueprint("persons", __name__, url_prefix="/api/v1/registry", description="People of enterprises")


@blp.route("/enterprises/<id:enterprise_id>/persons", methods=["GET"])
@reads("person:read")
@blp.arguments(PersonFilter, location="query")
@blp.response(200, PersonPage)
def list_persons(session, query, enterprise_id):
    """Those who work for an enterprise, or who have left it; personal data is masked."""
    enterprise_in_scope(session, principal(), enterprise_id)
    statement = persons_of(enterprise_id, has_left=query["has_left"])
    rows, next_cursor = page(session, statement, key=[person.c.id], limit=query["limit"], cursor=query["cursor"])
    return {"items": [masked(session, row._asdict()) for row in rows], "next_cursor": next_cursor}


@blp.route("/enterprises/<id:enterprise_id>/persons", methods=["POST"])
@writes("person:write")
@blp.arguments(PersonNew)
@blp.response(201, Person)
def add_person(session, body, enterprise_id):
    """Register somebody with posts; who left comes back under the same id."""
    enterprise_in_scope(session, principal(), enterprise_id)
    row = register_person(session, _given(body), enterprise_id=enterprise_id, now=now())
    audit_note(session, entity=f"person:{row['id']}", after=_audited(row))
    return masked(session, row), etag_of(row["version"])


@blp.route("/persons/posts", methods=["GET"])
@reads("person:read")
@blp.response(200, Posts)
def list_posts(_session):
    """The posts that people of an enterprise can hold."""
    return {"items": list(posts().values())}


@blp.route("/persons/search", methods=["POST"])
@writes("person:read")
@blp.arguments(PersonSearch)
@blp.response(200, PersonList)
def search_persons(session, body):
    """The people of one's area with exactly this name, telephone or card; the search is written down without them."""
    if not body:
        raise SearchEmpty("Say a name, a telephone or an identity card number.")
    found = persons_found(session, principal(), body)
    audit_note(session, entity="person:search", details={"by": sorted(body), "found": len(found)})
    return {"items": found}


@blp.route("/persons/<id:person_id>", methods=["GET"])
@reads("person:read")
@blp.response(200, Person)
def show_person(session, person_id):
    """One person, masked."""
    row = person_in_scope(session, principal(), person_id)
    return masked(session, row), etag_of(row["version"])


@blp.route("/persons/<id:person_id>", methods=["PATCH"])
@writes("person:write")
@blp.arguments(PersonChange)
@blp.response(200, Person)
def amend_person(session, body, person_id):
    """Change name, telephone, posts or account; `If-Match` names the version that was read."""
    current = _for_change(session, person_id)
    row = change_person(session, current, _given(body), now=now())
    audit_note(session, entity=f"person:{person_id}", before=_audited(current), after=_audited(row))
    return masked(session, row), etag_of(row["version"])


@blp.route("/persons/<id:person_id>/leave", methods=["POST"])
@writes("person:write")
@blp.arguments(PersonLeft)
@blp.response(200, Person)
def let_leave(session, body, person_id):
    """Note that somebody has left the enterprise."""
    current = _for_change(session, person_id)
    row = let_person_leave(session, current, left_on=body["left_on"], now=now())
    audit_note(session, entity=f"person:{person_id}", before=_audited(current), after=_audited(row))
    return masked(session, row), etag_of(row["version"])


@blp.route("/persons/<id:person_id>/unmask", methods=["POST"])
@writes("personal_data:read")
@blp.arguments(Reason)
@blp.response(200, PersonUnmasked)
def unmask_person(session, body, person_id):
    """Name, telephone and card in full, for a reason that is written down (PIPL Art. 51)."""
    row = person_in_scope(session, principal(), person_id)
    audit_note(session, entity=f"person:{person_id}", details={"reason": body["reason"]})
    return unsealed(session, row)


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    account = {"account_id": str(body["account_id"])} if "account_id" in body else {}
    return {**body, **account}


def _for_change(session: Any, person_id: str) -> dict[str, Any]:
    current = person_in_scope(session, principal(), person_id, lock=True)
    require_version(current["version"])
    return current


def _audited(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("enterprise_id", "posts", "account_id", "joined_on", "left_on")}
