"""Suggested violations and proposals to close a business within the caller's area."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.credit.queries.enterprises import in_area
from services.credit.rules.closures import closure_rules
from services.credit.rules.suggestions import suggestion_rules
from services.credit.tables import closure, enterprise, suggestion
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class SuggestionNotFound(NotFound):
    code = "suggestion_not_found"


def suggestions(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the suggestions of the area; ``wanted`` filters by column."""
    joined = suggestion.join(enterprise, enterprise.c.enterprise_id == suggestion.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    division = given.pop("division", None)
    within = [enterprise.c.division.startswith(division, autoescape=True)] if division else []
    conditions = [*within, *(suggestion.c[name] == value for name, value in given.items())]
    columns = (suggestion, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_suggestion(session: Session, principal: Principal, suggestion_id: str) -> Row[Any]:
    """Return one suggestion; raises ``SuggestionNotFound`` outside the area."""
    row = session.execute(suggestions(principal, wanted={"id": suggestion_id})).one_or_none()
    if row is None:
        raise SuggestionNotFound("There is no such suggestion in your area.")
    return row


def suggestion_view(row: Row[Any]) -> Document:
    """Return a suggestion with the words of its kind and what is proposed."""
    kind = suggestion_rules().kinds[row.kind]
    return {**row._asdict(), "kind_zh": kind.zh, "kind_en": kind.en, "act": kind.act, "severity": kind.severity}


class ClosureNotFound(NotFound):
    code = "closure_not_found"


def closures(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the proposals of the area; ``wanted`` filters by column."""
    joined = closure.join(enterprise, enterprise.c.enterprise_id == closure.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = [closure.c[name] == value for name, value in given.items()]
    columns = (closure, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_closure(session: Session, principal: Principal, closure_id: str) -> Row[Any]:
    """Return one proposal; raises ``ClosureNotFound`` outside the area."""
    row = session.execute(closures(principal, wanted={"id": closure_id})).one_or_none()
    if row is None:
        raise ClosureNotFound("There is no such proposal in your area.")
    return row


def closure_view(row: Row[Any]) -> Document:
    """Return a proposal with the law that it follows."""
    return {**row._asdict(), "basis": closure_rules().basis}
