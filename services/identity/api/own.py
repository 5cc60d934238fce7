"""What everybody may do with the own account, and the roles there are."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.domain.accounts import EVERYONE
from services.identity.queries import accounts as queries
from services.identity.schemas.accounts import Account, OwnActions, OwnPassword, Roles
from shared.http import Blueprint, now, principal, reads, writes

blp = Blueprint("own", __name__, url_prefix="/api/v1/identity", description="Own account")


@blp.route("/me", methods=["GET"])
@reads(EVERYONE)
@blp.response(200, Account)
def me(session: Session) -> Any:
    return queries.own_profile(session, principal().subject)


@blp.route("/me/password", methods=["POST"])
@writes(EVERYONE)
@blp.arguments(OwnPassword)
@blp.response(204)
def change_password(session: Session, body: dict[str, str]) -> Any:
    found = use_cases.account_for_change(session, principal().subject)
    use_cases.change_own_password(session, found, **body, now=now())
    return ""


@blp.route("/me/actions", methods=["GET"])
@reads(EVERYONE)
@blp.response(200, OwnActions)
def own_actions(session: Session) -> Any:
    return {"actions": sorted(principal().actions)}


@blp.route("/roles", methods=["GET"])
@reads(EVERYONE)
@blp.response(200, Roles)
def list_roles(session: Session) -> Any:
    return {"items": queries.all_roles()}
