"""What people do to single enterprises: register one by form, amend what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.domain import credit_code, places
from services.registry.domain.cells import code as code_cell
from services.registry.domain.drafts import Draft
from services.registry.domain.enterprise import CONTACT_FIELDS, EMPTY, MERGED, known
from services.registry.domain.industries import Industries
from services.registry.domain.obligations import check_supervision
from services.registry.domain.rulebook import Rulebook
from services.registry.queries.divisions import rules_in_force
from services.registry.tables import enterprise
from services.registry.use_cases.recording import (
    Change,
    ImportRun,
    Verdict,
    changed_row,
    is_news,
    new_row,
    record,
    seal_contacts,
)
from shared.database.bulk import among
from shared.errors import Conflict, Refused
from shared.security.audit import audit_note
from shared.security.personal import vault_of

_NO_DIGEST = 0  # no register row has been imported for it yet


class CreditCodeMalformed(Refused):
    code = "credit_code_format"


class CreditCodeCheckDigit(Refused):
    code = "credit_code_check_digit"


class EnterpriseExists(Conflict):
    code = "enterprise_exists"


class DivisionUnknown(Refused):
    code = "division_unknown"


class MergedAway(Conflict):
    code = "merged_away"


class IndustryUnknown(Refused):
    code = "industry_unknown"


def register_enterprise(
    session: Session, given: Mapping[str, Any], *, uscc: str, override: str = "", actor: str, now: datetime
) -> dict[str, Any]:
    """Register one enterprise by form and return its row.

    `override` is the reason why a code is accepted although its check digit does not fit (GB 32100-2015; some
    genuine early codes fail it). Raises `CreditCodeMalformed`, `CreditCodeCheckDigit`, `EnterpriseExists`,
    `DivisionUnknown`, `IndustryUnknown`.
    """
    uscc = code_cell(uscc)
    overridden = _checked(uscc, override)
    if session.scalar(select(enterprise.c.id).where(enterprise.c.uscc == uscc)):
        raise EnterpriseExists("This credit code is registered already: open that enterprise instead.", uscc=uscc)
    rules = rules_in_force(session)
    sealed = seal_contacts(session, _resolved(given, rules))
    facts = known(EMPTY, sealed, origin="person", rules=rules, seen={"by": actor, "on": now.isoformat()})
    row = new_row(uscc, facts, digest=_NO_DIGEST, now=now, override=overridden)
    record(session, [Change(None, row)], actor=actor, reason="registered", now=now)
    return row


def amend_enterprise(
    session: Session, current: Mapping[str, Any], given: Mapping[str, Any], *, actor: str, now: datetime
) -> dict[str, Any]:
    """Add what a person found out to the locked row `current` and return the row as it is now.

    What a person says outweighs files and inference from then on. Without any news nothing is written.
    Raises `DivisionUnknown`, `IndustryUnknown`, `SupervisionNotAllowed`, `MergedAway`.
    """
    if current["status"] == MERGED:
        raise MergedAway("This entry became part of another one: change that one.", merged_into=current["merged_into"])
    rules = rules_in_force(session)
    sealed = seal_contacts(session, _resolved(given, rules), current)
    facts = known(current, sealed, origin="person", rules=rules, seen={"by": actor, "on": now.isoformat()})
    check_supervision(current["supervision"], facts["supervision"], status=facts["status"])
    if not is_news(current, facts) and facts["origins"] == current["origins"]:
        return dict(current)
    row = changed_row(current, facts, digest=current["source_digest"], now=now)
    record(session, [Change(current, row)], actor=actor, reason="amended", now=now)
    return row


def import_enterprises(session: Session, run: ImportRun, *, drafts: Sequence[Draft]) -> list[Verdict]:
    """Take over what a register says, set-based; a row that was imported before just so changes nothing."""
    digests = _digests_known(session, [draft.key for draft in drafts])
    different = [draft.key for draft in drafts if digests.get(draft.key, draft.digest) != draft.digest]
    current = _locked_enterprises(session, different)
    changes: list[Change] = []
    verdicts: list[Verdict] = []
    for draft in drafts:
        is_new = draft.key not in digests
        change = _imported(session, run, draft, before=current.get(draft.key), is_new=is_new)
        verdicts.append("unchanged" if change is None else "created" if is_new else "changed")
        changes += [change] if change else []
    record(session, changes, actor=run.actor, reason="imported", now=run.now)
    return verdicts


def enterprise_ids(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the ids of enterprises by credit code; that of a merged entry leads to the one that stays."""
    present = func.coalesce(enterprise.c.merged_into, enterprise.c.id).label("id")
    statement = select(enterprise.c.uscc, present).where(among(session, enterprise.c.uscc, list(set(codes))))
    return {row.uscc: row.id for row in session.execute(statement)}


def unmask_contacts(session: Session, row: Mapping[str, Any], *, reason: str) -> dict[str, str]:
    """Return the contacts of an enterprise in full; who asked and why is written down (PIPL Art. 51)."""
    audit_note(session, entity=f"enterprise:{row['id']}", details={"reason": reason})
    vault = vault_of(session)
    return {name: vault.decrypt(row[name], field=f"enterprise.{name}") if row[name] else "" for name in CONTACT_FIELDS}


def _checked(uscc: str, override: str) -> str:
    """Return the reason that is kept with the code: "" for a valid code."""
    verdict = credit_code.check(uscc)
    if verdict.problem == "format":
        strange = credit_code.foreign_characters(uscc)
        raise CreditCodeMalformed(
            "A credit code has 18 digits and capital letters without I, O, S, V, Z.", uscc=uscc, strange=strange
        )
    if verdict.problem is None:
        return ""
    if not override:
        raise CreditCodeCheckDigit(
            "The check digit does not fit. Compare the code with the licence; if the licence really says so, "
            "send credit_code_override with the reason.",
            uscc=uscc,
            expected=verdict.expected,
            organisation_digit_fits=verdict.organisation_digit_fits,
        )
    return override


def _resolved(given: Mapping[str, Any], rules: Rulebook) -> dict[str, Any]:
    resolved = dict(given)
    if division := given.get("division"):
        resolved["division"] = _division(division, rules)
    if industry := given.get("industry"):
        resolved["industry"] = _industry(industry, rules.industries)
    if "features" in given:
        resolved["features"] = {name: (value, []) for name, value in given["features"].items()}
    return resolved


def _division(text: str, rules: Rulebook) -> str:
    is_known = places.is_code(text) and text[:9] in rules.gazetteer.divisions
    code = text if is_known else places.named(rules.gazetteer, text)
    if not code or not places.is_within(code, rules.gazetteer.home):
        raise DivisionUnknown("Give the code or the name of a division of this district.", division=text)
    return code


def _industry(text: str, industries: Industries) -> str:
    code = industries.normalised(text)
    if code is None:
        raise IndustryUnknown("Give an industry code of GB/T 4754-2017, such as C2710.", industry=text)
    return code


def _digests_known(session: Session, codes: list[str]) -> dict[str, int]:
    statement = select(enterprise.c.uscc, enterprise.c.source_digest)
    rows = session.execute(statement.where(among(session, enterprise.c.uscc, codes)))
    return {row.uscc: row.source_digest for row in rows}


def _locked_enterprises(session: Session, codes: list[str]) -> dict[str, Mapping[str, Any]]:
    if not codes:
        return {}
    statement = (
        select(enterprise).where(among(session, enterprise.c.uscc, codes)).order_by(enterprise.c.id).with_for_update()
    )
    return {row["uscc"]: dict(row) for row in session.execute(statement).mappings()}


def _imported(
    session: Session, run: ImportRun, draft: Draft, *, before: Mapping[str, Any] | None, is_new: bool
) -> Change | None:
    """Return what a draft changes, nothing when it brings no news."""
    if (before is None and not is_new) or (before is not None and before["status"] == MERGED):
        return None
    given = seal_contacts(session, draft.given, before)
    facts = known(before or EMPTY, given, origin="file", rules=run.rules)
    if before is None:
        return Change(None, new_row(draft.key, facts, digest=draft.digest, now=run.now), run.id, draft.row)
    if not is_news(before, facts):
        return None
    return Change(before, changed_row(before, facts, digest=draft.digest, now=run.now), run.id, draft.row)
