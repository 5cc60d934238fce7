"""The list as everybody may read it (第十二条): who is on it now, and nobody who has left it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.credit.queries.cases import unsealed
from services.credit.queries.checks import is_listed, listing_of
from services.credit.queries.enterprises import called
from services.credit.rules import case_rules
from services.credit.tables import enterprise, listing_case, listing_person
from shared.database.bulk import among
from shared.security.personal import mask_identity_card

Document = dict[str, Any]
COLUMNS = {  # of the file, with what each one means
    "name": ("市场主体名称", "Name of the subject"),
    "uscc": ("统一社会信用代码", "Unified social credit code"),
    "address": ("登记注册地址", "Registered address"),
    "names_firm": ("列入对象", "Who is listed: the subject, or only the persons concerned"),
    "persons": ("有关人员身份、姓名和证件号码（部分隐去）", "Persons concerned with their role, numbers masked"),
    "reason": ("列入事由", "Reason"),
    "basis": ("列入依据", "Basis"),
    "decision_number": ("决定书文号", "Number of the decision"),
    "decided_by": ("作出决定的部门", "Deciding department"),
    "listed_on": ("列入日期", "Listed on"),
    "managed_until": ("管理期限至", "Managed until"),
}
LISTS = {True: "市场主体", False: "仅有关人员"}
ROLES = {"principal": "主要负责人", "responsible": "有关责任人员", "direct": "直接责任人员"}


def public_list(*, today: date, q: str = "") -> Select[Any]:
    """Return the statement of who is on the list now; ``q`` is a part of the name, or a whole credit code.

    A period that was over yesterday is not shown, whenever the clock ends it.
    """
    joined = listing_case.join(enterprise, enterprise.c.enterprise_id == listing_case.c.enterprise_id)
    columns = (listing_case, enterprise.c.name, enterprise.c.uscc, enterprise.c.address)
    return select(*columns).select_from(joined).where(*is_listed(today), *called(q))


def public_entries(session: Session, rows: Sequence[Row[Any]]) -> list[Document]:
    """Return the entries as the public reads them: names of persons as the order says, numbers masked."""
    persons = _persons(session, [row.id for row in rows])
    return [_entry(row, persons.get(row.id, [])) for row in rows]


def _entry(row: Row[Any], persons: list[Document]) -> Document:
    listing = listing_of(row)
    condition = case_rules().conditions.condition(row.condition)
    same = ("reason", "basis", "decision_number", "decided_by", "listed_on", "managed_until")
    return {
        "id": row.listing_id,
        **{name: getattr(row, name) for name in ("name", "uscc", "address")},
        **{name: getattr(listing, name) for name in same},
        "reason_en": condition.en,
        "names_firm": condition.names_firm,
        "persons": persons,
    }


def _persons(session: Session, case_ids: Sequence[str]) -> dict[str, list[Document]]:
    wanted = select(listing_person).where(among(session, listing_person.c.case_id, case_ids))
    found: dict[str, list[Document]] = {}
    for row in session.execute(wanted.order_by(listing_person.c.id)):
        name, identity = unsealed(session, row)
        told = {"role": row.role, "name": name, "identity": mask_identity_card(identity)}
        found.setdefault(row.case_id, []).append(told)
    return found


def public_rows(session: Session, *, today: date) -> Iterator[list[str]]:
    """Return the rows of the file, in the order of ``COLUMNS``."""
    rows = session.execute(public_list(today=today).order_by(listing_case.c.listing_id)).all()
    for entry in public_entries(session, rows):
        people = "; ".join(f"{ROLES[one['role']]} {one['name']} {one['identity']}" for one in entry["persons"])
        told = {**entry, "names_firm": LISTS[entry["names_firm"]], "persons": people}
        yield [str(told[name]) for name in COLUMNS]
