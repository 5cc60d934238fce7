"""Accounts: those of others for administrators, the own one for everybody, and the roles there are."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.domain.accounts import EVERYONE
from services.identity.queries import accounts as queries
from services.identity.schemas.accounts import (
    Account,
    AccountChanges,
    AccountFilter,
    AccountNames,
    AccountPage,
    CreatedAccount,
    FullName,
    GeneratedPassword,
    NamesWanted,
    NewAccount,
    NewPassword,
    OwnActions,
    OwnPassword,
    OwnSessions,
    Reason,
    Roles,
)
from services.identity.tables import account
from shared.http import Blueprint, etag_of, now, page, principal, reads, require_version, writes

blp = Blueprint("accounts", __name__, url_prefix="/api/v1/identity/accounts", description="Accounts")

own = Blueprint("own", __name__, url_prefix="/api/v1/identity", description="Own account")


@blp.route("", methods=["GET"])
@reads("account:read")
@blp.arguments(AccountFilter, location="query")
@blp.response(200, AccountPage)
def list_accounts(session: Session, query: dict[str, Any]) -> Any:
    limit, cursor = query.pop("limit"), query.pop("cursor")
    statement = queries.accounts(**query)
    rows, following = page(session, statement, key=[account.c.username], limit=limit, cursor=cursor)
    items = queries.with_enterprises(session, [queries.masked(session, row) for row in rows])
    return {"items": items, "next_cursor": following}


@blp.route("", methods=["POST"])
@writes("account:write")
@blp.arguments(NewAccount)
@blp.response(201, CreatedAccount)
def create_account(session: Session, body: dict[str, Any]) -> Any:
    account_id, generated = use_cases.create_account(session, body, giver=principal(), now=now())
    return {"id": account_id, "generated_password": generated}, 201, etag_of(1)


@blp.route("/<id:account_id>", methods=["GET"])
@reads("account:read")
@blp.response(200, Account)
def get_account(session: Session, account_id: str) -> Any:
    return _current(session, account_id)


@blp.route("/<id:account_id>", methods=["PATCH"])
@writes("account:write")
@blp.arguments(AccountChanges)
@blp.response(200, Account)
def change_account(session: Session, body: dict[str, Any], account_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    require_version(found.version)
    use_cases.change_account(session, found, changes=body, giver=principal(), now=now())
    return _current(session, account_id)


@blp.route("/<id:account_id>/disable", methods=["POST"])
@writes("account:write")
@blp.response(200, Account)
def disable_account(session: Session, account_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    use_cases.disable_account(session, found, giver=principal(), now=now())
    return _current(session, account_id)


@blp.route("/<id:account_id>/enable", methods=["POST"])
@writes("account:write")
@blp.response(200, Account)
def enable_account(session: Session, account_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    use_cases.enable_account(session, found, giver=principal(), now=now())
    return _current(session, account_id)


@blp.route("/<id:account_id>/reset-password", methods=["POST"])
@writes("account:write")
@blp.arguments(NewPassword)
@blp.response(200, GeneratedPassword)
def reset_password(session: Session, body: dict[str, str], account_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    generated = use_cases.reset_password(session, found, password=body.get("password"), now=now())
    return {"generated_password": generated}


@blp.route("/<id:account_id>/unmask", methods=["POST"])
@writes("personal_data:read")
@blp.arguments(Reason)
@blp.response(200, FullName)
def unmask_account(session: Session, body: dict[str, str], account_id: str) -> Any:
    found = use_cases.account_for_change(session, account_id)
    return use_cases.unmask_account(session, found, reason=body["reason"])


@own.route("/me", methods=["GET"])
@reads(EVERYONE)
@own.response(200, Account)
def me(session: Session) -> Any:
    [profile] = queries.with_enterprises(session, [queries.own_profile(session, principal().subject)])
    return profile


@own.route("/me/password", methods=["POST"])
@writes(EVERYONE)
@own.arguments(OwnPassword)
@own.response(204)
def change_password(session: Session, body: dict[str, str]) -> Any:
    found = use_cases.account_for_change(session, principal().subject)
    use_cases.change_own_password(session, found, **body, now=now())
    return ""


@own.route("/me/sessions", methods=["GET"])
@reads(EVERYONE)
@own.response(200, OwnSessions)
def own_sessions(session: Session) -> Any:
    return {"items": queries.open_sessions(session, principal(), now=now())}


@own.route("/me/sessions/<id:session_id>", methods=["DELETE"])
@writes(EVERYONE)
@own.response(204)
def end_session(session: Session, session_id: str) -> Any:
    use_cases.end_own_session(session, principal().subject, session_id, now=now())
    return ""


@own.route("/names", methods=["GET"])
@reads(EVERYONE)
@own.arguments(NamesWanted, location="query")
@own.response(200, AccountNames)
def list_names(session: Session, query: dict[str, Any]) -> Any:
    """Who is behind ids of accounts and agencies, as histories show them: masked names and roles."""
    return {"items": queries.names_of(session, [str(one) for one in query["id"]])}


@own.route("/me/actions", methods=["GET"])
@reads(EVERYONE)
@own.response(200, OwnActions)
def own_actions(session: Session) -> Any:
    return {"actions": sorted(principal().actions)}


@own.route("/roles", methods=["GET"])
@reads(EVERYONE)
@own.response(200, Roles)
def list_roles(session: Session) -> Any:
    return {"items": queries.all_roles()}


def _current(session: Session, account_id: str) -> Any:
    found = queries.account_by_id(session, account_id)
    [shown] = queries.with_enterprises(session, [queries.masked(session, found)])
    return shown, 200, etag_of(found.version)
