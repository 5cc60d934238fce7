"""Information codes: what the public sees behind a token, and sheets to print."""

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.risk.domain.levels import colour_of
from services.risk.queries.standings import in_area
from services.risk.tables import code_scan, code_scan_count, enterprise, grade, information_code
from shared.errors import NotFound, Refused
from shared.qr import qr_code
from shared.security.principal import Principal

Document = dict[str, Any]
COLUMNS, ROWS = 3, 4  # codes on a sheet of A4
CELL_WIDTH, CELL_HEIGHT, MARGIN = 62, 68, 12  # millimetres
CODE_SIZE = 42
MOST_PRINTED = 600
NOT_VALID = "This code is not valid: it was revoked or never issued."


class CodeNotFound(NotFound):
    code = "code_not_found"


class PublicUrlMissing(Refused):
    code = "public_url_missing"


def code_address(public_url: str, token: str) -> str:
    """Return what the printed code holds; raises ``PublicUrlMissing`` before the public address is set."""
    if not public_url:
        raise PublicUrlMissing("Set SISE_PUBLIC_URL to the address at which phones reach this system, and start again.")
    return f"{public_url.rstrip('/')}/code/{token}"


def code_of(session: Session, enterprise_id: str) -> Row[Any]:
    """Return the valid code of an enterprise, the newest when a merge has brought others; raises ``CodeNotFound``."""
    columns = information_code.c
    wanted = select(information_code).where(columns.enterprise_id == enterprise_id, columns.revoked_at.is_(None))
    row = session.execute(wanted.order_by(columns.issued_at.desc(), columns.id).limit(1)).one_or_none()
    if row is None:
        raise CodeNotFound("This enterprise has no valid code: issue one.", enterprise_id=enterprise_id)
    return row


def codes_of(enterprise_id: str) -> Select[Any]:
    """Return the statement that reads every code that an enterprise has had, without the tokens of revoked ones."""
    return select(information_code).where(information_code.c.enterprise_id == enterprise_id)


def scanned_code(session: Session, token: str) -> Row[Any]:
    """Return the valid code with ``token``; raises ``CodeNotFound``."""
    valid = (information_code.c.token == token.upper(), information_code.c.revoked_at.is_(None))
    row = session.execute(select(information_code).where(*valid)).one_or_none()
    if row is None:
        raise CodeNotFound(NOT_VALID)
    return row


def scans_of(enterprise_id: str) -> Select[Any]:
    """Return the statement that reads who scanned the codes of an enterprise when."""
    return select(code_scan).where(code_scan.c.enterprise_id == enterprise_id)


def public_scans(session: Session, enterprise_id: str) -> int:
    """Return how often the codes of an enterprise were scanned by anybody who was not signed in."""
    joined = code_scan_count.join(information_code, information_code.c.id == code_scan_count.c.code_id)
    counted = select(func.coalesce(func.sum(code_scan_count.c.scans), 0)).select_from(joined)
    return int(session.execute(counted.where(information_code.c.enterprise_id == enterprise_id)).scalar_one())


def public_facts(session: Session, token: str) -> Document:
    """Return what anyone may see behind a valid token; raises ``CodeNotFound`` for an unknown or revoked one."""
    joined = information_code.join(enterprise, enterprise.c.enterprise_id == information_code.c.enterprise_id).join(
        grade, grade.c.enterprise_id == enterprise.c.enterprise_id
    )
    names = ("enterprise_id", "name", "address", "industry", "is_active")
    columns = [enterprise.c[name] for name in names]
    wanted = select(*columns, grade.c.level, grade.c.since, grade.c.is_provisional).select_from(joined)
    row = session.execute(
        wanted.where(information_code.c.token == token.upper(), information_code.c.revoked_at.is_(None))
    ).one_or_none()
    if row is None:
        raise CodeNotFound(NOT_VALID)
    return {
        **{name: getattr(row, name) for name in ("enterprise_id", "name", "address", "is_active", "level", "since")},
        "industry_section": row.industry[:1],
        "colour": colour_of(row.level),
        "provisional": row.is_provisional,
    }


def printable(session: Session, principal: Principal, *, division: str, grid: str) -> Sequence[Any]:
    """Return the valid codes of active enterprises of the own area, of one division or grid, in the order of names."""
    joined = information_code.join(enterprise, enterprise.c.enterprise_id == information_code.c.enterprise_id)
    columns = (information_code.c.token, enterprise.c.enterprise_id, enterprise.c.name, enterprise.c.grid)
    wanted = select(*columns).select_from(joined).where(information_code.c.revoked_at.is_(None), in_area(principal))
    wanted = wanted.where(enterprise.c.is_active)
    if division:
        wanted = wanted.where(enterprise.c.division.startswith(division, autoescape=True))
    if grid:
        wanted = wanted.where(enterprise.c.grid == grid)
    rows = session.execute(wanted.order_by(enterprise.c.name, information_code.c.id).limit(MOST_PRINTED)).all()
    return list({row.enterprise_id: row for row in rows}.values())


def sheets(rows: Sequence[Row[Any]], *, public_url: str, title: str) -> bytes:
    """Return a PDF with a code and a name per enterprise, twelve on a page; the colour is never printed."""
    from shared.pdf import Paper  # late: what it needs takes half a second and 50 MB to load

    document = Paper(size=9)
    for number, row in enumerate(rows):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            document.add_page()
            document.set_xy(MARGIN, 6)
            document.cell(text=title)
        x, y = MARGIN + place % COLUMNS * CELL_WIDTH, MARGIN + place // COLUMNS * CELL_HEIGHT
        code = io.BytesIO(qr_code(code_address(public_url, row.token), "png"))
        document.image(code, x=x + (CELL_WIDTH - CODE_SIZE) / 2, y=y + 2, w=CODE_SIZE)
        document.set_xy(x, y + CODE_SIZE + 3)
        document.multi_cell(CELL_WIDTH, 4.5, f"{row.name}\n{row.token}", align="C")
    return bytes(document.output())
