"""The people of an enterprise: listed, invited, signing with their PIN."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.queries import claims as queries
from services.identity.schemas.claims import (
    Acceptance,
    InvitationPage,
    InvitationSeen,
    InvitationToken,
    Invited,
    MemberPage,
    MemberPerson,
    NewInvitation,
    Signature,
    SignWithPin,
)
from services.identity.tables import account, invitation
from shared.http import Blueprint, PageQuery, now, page, principal, public_writes, reads, writes
from shared.security.rates import take_token

TRIES_AT_ONCE = 30
TRIES_PER_SECOND = 0.2

blp = Blueprint("members", __name__, url_prefix="/api/v1/identity", description="The people of an enterprise")


@blp.route("/members", methods=["GET"])
@reads("member:read")
@blp.arguments(PageQuery, location="query")
@blp.response(200, MemberPage)
def list_members(session: Session, query: dict[str, Any]) -> Any:
    rows, following = page(session, queries.members(principal().enterprise_id), key=[account.c.id], **query)
    return {"items": [queries.shown_member(session, row) for row in rows], "next_cursor": following}


@blp.route("/members/<id:member_id>/disable", methods=["POST"])
@writes("member:write")
@blp.response(204)
def disable_member(session: Session, member_id: str) -> Any:
    found = use_cases.member_for_change(session, member_id, enterprise_id=principal().enterprise_id)
    use_cases.disable_account(session, found, giver=principal(), now=now())
    return ""


@blp.route("/members/<id:member_id>/invitation", methods=["POST"])
@writes("member:write")
@blp.response(201, Invited)
def invite_again(session: Session, member_id: str) -> Any:
    return use_cases.invite_again(session, member_id, giver=principal(), now=now())


@blp.route("/members/<id:member_id>/person", methods=["POST"])
@writes("member:write")
@blp.arguments(MemberPerson)
@blp.response(204)
def link_member(session: Session, body: dict[str, Any], member_id: str) -> Any:
    use_cases.link_member(session, member_id, person_id=str(body["person_id"]), giver=principal(), now=now())
    return ""


@blp.route("/members/<id:member_id>/sign", methods=["POST"])
@writes("member:sign")
@blp.arguments(SignWithPin)
@blp.response(200, Signature)
def sign_as_member(session: Session, body: dict[str, str], member_id: str) -> Any:
    return use_cases.sign_as_member(session, member_id, **body, device=principal(), now=now())


@blp.route("/invitations", methods=["GET"])
@reads("member:write")
@blp.arguments(PageQuery, location="query")
@blp.response(200, InvitationPage)
def list_invitations(session: Session, query: dict[str, Any]) -> Any:
    statement = queries.invitations(principal().enterprise_id, now=now())
    rows, following = page(session, statement, key=[invitation.c.id], **query)
    return {"items": [queries.shown_invitation(session, row) for row in rows], "next_cursor": following}


@blp.route("/invitations", methods=["POST"])
@writes("member:write")
@blp.arguments(NewInvitation)
@blp.response(201, Invited)
def invite_member(session: Session, body: dict[str, Any]) -> Any:
    given = {**body, "person_id": str(body["person_id"])}
    return use_cases.invite_member(session, **given, giver=principal(), now=now())


@blp.route("/invitations/<id:invitation_id>", methods=["DELETE"])
@writes("member:write")
@blp.response(204)
def take_back_invitation(session: Session, invitation_id: str) -> Any:
    use_cases.take_back_invitation(session, invitation_id, giver=principal(), now=now())
    return ""


@blp.route("/invitations/look", methods=["POST"])
@public_writes()
@blp.arguments(InvitationToken)
@blp.response(200, InvitationSeen)
def look_at_invitation(session: Session, body: dict[str, str]) -> Any:
    _take_try(session)
    held = queries.usable_invitation(session, body["token"], now=now())
    name = queries.enterprise_name(session, held.enterprise_id)
    return {
        **queries.shown_invitation(session, held),
        "enterprise_name": name,
        "is_new_member": held.account_id is None,
    }


@blp.route("/invitations/accept", methods=["POST"])
@public_writes()
@blp.arguments(Acceptance)
@blp.response(204)
def accept_invitation(session: Session, body: dict[str, str]) -> Any:
    _take_try(session)
    use_cases.accept_invitation(session, body, now=now())
    return ""


def _take_try(session: Session) -> None:
    bucket = f"invitation:{request.remote_addr}"
    take_token(session, bucket, capacity=TRIES_AT_ONCE, per_second=TRIES_PER_SECOND, now=now())
