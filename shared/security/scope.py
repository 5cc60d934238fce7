"""Which enterprises a principal may see, as a condition of the query: rows outside never leave the database."""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from shared.database.chassis import scope_contract, scope_enterprise
from shared.errors import NotFound
from shared.security.principal import Principal

COUNTY_DIGITS = 6


class EnterpriseNotFound(NotFound):
    code = "enterprise_not_found"


def in_scope(
    principal: Principal,
    *,
    division: ColumnElement[str],
    grid: ColumnElement[str],
    enterprise_id: ColumnElement[str],
) -> ColumnElement[bool]:
    """Return the condition under which a row of enterprises is inside the principal's jurisdiction.

    Divisions match by prefix, written as a range so that an index serves it. A county (6 digits) also sees the
    rows without a division, the tray of the unplaced. Nothing granted means nothing seen.
    """
    prefixes = [prefix for prefix in principal.divisions if prefix.isdigit()]
    ways = [_inside_division(prefix, division) for prefix in prefixes]
    if any(len(prefix) <= COUNTY_DIGITS for prefix in prefixes):
        ways.append(division == "")
    if grids := [name for name in principal.grids if name]:
        ways.append(grid.in_(grids))
    if principal.enterprise_id:
        ways.append(enterprise_id == principal.enterprise_id)
    if principal.intermediary_id:
        ways.append(enterprise_id.in_(_contracted(principal)))
    return or_(false(), *ways)


def enterprises_in_scope(principal: Principal) -> Select[str]:
    """Return the subquery of enterprise ids in scope, for services without an enterprise table of their own."""
    columns = scope_enterprise.c
    return select(columns.enterprise_id).where(
        in_scope(
            principal,
            division=columns.division,
            grid=columns.grid,
            enterprise_id=columns.enterprise_id,
        )
    )


def _inside_division(prefix: str, division: ColumnElement[str]) -> ColumnElement[bool]:
    after = str(int(prefix) + 1).zfill(len(prefix))
    return and_(division >= prefix, division < after)


def _contracted(principal: Principal) -> Select[str]:
    contract = scope_contract.c
    return select(contract.enterprise_id).where(
        contract.intermediary_id == principal.intermediary_id,
        contract.starts_at <= principal.at,
        or_(contract.ends_at.is_(None), contract.ends_at > principal.at),
    )
