"""Claims: somebody says that he speaks for an enterprise; grid worker or subdistrict decides."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.accounts import UsernameTaken, check_username
from services.identity.domain.claims import (
    ADMINISTRATOR,
    APPROVED,
    LONGEST_HEAD,
    OPEN,
    TURNED_DOWN,
    ClaimSettled,
    TooManyClaims,
    check_mobile,
    photo_kind,
    terms,
)
from services.identity.domain.signing_in import check_password
from services.identity.queries.claims import CLAIM_MOBILE, CLAIM_NAME, claim_in_scope, digest_of, enterprise_by_code
from services.identity.tables import account, claim
from services.identity.use_cases.accounts import NOTHING, insert_account
from services.identity.use_cases.passwords import hash_password
from shared.ids import new_id
from shared.security.audit import audit_note
from shared.security.personal import vault_of
from shared.security.principal import Principal
from shared.work.attachments import Taken, keep_attachment

RECEIPT_BYTES = 16
APPLICANT = "applicant"


def make_claim(session: Session, content: Mapping[str, str], *, photo: bytes, now: datetime) -> str:
    """Write a claim down and return its receipt, which is shown only now.

    ``content`` has uscc, name, mobile, username and password. Raises ``EnterpriseUnknown``, ``TooManyClaims``,
    ``ClaimMalformed``, ``UsernameMalformed``, ``UsernameTaken``, ``PasswordTooWeak``.
    """
    username = content["username"].strip().lower()
    check_mobile(content["mobile"])
    check_username(username)
    check_password(content["password"], username=username)
    photo_kind(photo[:LONGEST_HEAD], size=len(photo))
    enterprise = enterprise_by_code(session, content["uscc"].strip().upper())
    _check_room(session, enterprise.enterprise_id)
    _check_free(session, username)
    vault, receipt = vault_of(session), secrets.token_urlsafe(RECEIPT_BYTES)
    claim_id = new_id()
    made = Taken(author=APPLICANT, taken_at=now)
    kept = keep_attachment(session, BytesIO(photo), owner=claim_id, taken=made, now=now)
    row = {
        "id": claim_id,
        "receipt_digest": digest_of(receipt),
        "enterprise_id": enterprise.enterprise_id,
        "sealed_name": vault.encrypt(content["name"], field=CLAIM_NAME),
        "sealed_mobile": vault.encrypt(content["mobile"], field=CLAIM_MOBILE),
        "username": username,
        "password_hash": hash_password(session, content["password"]),
        "photo_id": kept.id,
        "state": OPEN,
        "reason": "",
        "decided_by": "",
        "made_at": now,
    }
    session.execute(insert(claim), row)
    details = {"enterprise_id": enterprise.enterprise_id, "photo_sha256": kept.sha256}
    audit_note(session, entity=f"claim:{claim_id}", subject=APPLICANT, details=details)
    return receipt


def approve_claim(session: Session, claim_id: str, *, decider: Principal, now: datetime) -> str:
    """Make the applicant the enterprise's administrator and return the account's id.

    Raises ``ClaimNotFound``, ``ClaimSettled``, ``UsernameTaken``.
    """
    found = _open_claim(session, claim_id, decider)
    if session.scalar(select(account.c.id).where(account.c.username == found.username)):
        raise UsernameTaken("The user name was taken meanwhile: refuse the claim and say so.")
    vault = vault_of(session)
    content = {
        "username": found.username,
        "name": vault.decrypt(found.sealed_name, field=CLAIM_NAME),
        "mobile": vault.decrypt(found.sealed_mobile, field=CLAIM_MOBILE),
    }
    staff = {**NOTHING, "roles": [ADMINISTRATOR], "enterprise_id": found.enterprise_id}
    account_id = insert_account(session, content, staff, password_hash=found.password_hash, now=now)
    _decide(session, found, {"state": APPROVED, "account_id": account_id}, decider=decider, now=now)
    return account_id


def refuse_claim(session: Session, claim_id: str, *, reason: str, decider: Principal, now: datetime) -> None:
    """Turn the claim down; the applicant reads the reason. Raises ``ClaimNotFound``, ``ClaimSettled``."""
    found = _open_claim(session, claim_id, decider)
    _decide(session, found, {"state": TURNED_DOWN, "reason": reason}, decider=decider, now=now)


def _open_claim(session: Session, claim_id: str, decider: Principal) -> Row[Any]:
    claim_in_scope(session, decider, claim_id)
    found = session.execute(select(claim).where(claim.c.id == claim_id).with_for_update()).one()
    if found.state != OPEN:
        raise ClaimSettled("This claim has been decided already.", state=found.state)
    return found


def _decide(session: Session, found: Row[Any], values: Mapping[str, str], *, decider: Principal, now: datetime) -> None:
    decided = {**values, "decided_by": decider.subject, "decided_at": now, "password_hash": ""}
    session.execute(update(claim).where(claim.c.id == found.id).values(**decided))
    told = {"enterprise_id": found.enterprise_id, "state": values["state"]}
    audit_note(session, entity=f"claim:{found.id}", details=told)


def _check_room(session: Session, enterprise_id: str) -> None:
    waiting = (claim.c.enterprise_id == enterprise_id) & (claim.c.state == OPEN)
    count = session.scalar(select(func.count()).select_from(claim).where(waiting)) or 0
    if count >= terms().open_claims:
        raise TooManyClaims("Several claims of this enterprise wait for a decision: ask your subdistrict.")


def _check_free(session: Session, username: str) -> None:
    reserved = select(claim.c.id).where(claim.c.username == username, claim.c.state == OPEN)
    if session.scalar(select(account.c.id).where(account.c.username == username)) or session.scalar(reserved):
        raise UsernameTaken("This user name is taken: choose another.")
