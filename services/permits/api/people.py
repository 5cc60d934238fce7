"""permits/people: who may do which work, by certificates whose clocks are shown; names stay with the registry."""

from functools import partial
from typing import Any

from services.permits.domain.people import AskedWork, Period
from services.permits.queries import people as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.rules.people import people_rules
from services.permits.schemas.people import (
    CandidateQuery,
    Candidates,
    CertificateChange,
    CertificateEnd,
    CertificateFile,
    CertificateFileFacts,
    CertificateFileResult,
    CertificateList,
    CertificateNew,
    CertificateQuery,
    CertificateQueryNote,
    CertifiedPeople,
    CertifiedPerson,
    Fitness,
    HeldCertificate,
    PeopleQuery,
    PeopleTable,
)
from services.permits.tables import certificate, person
from services.permits.use_cases import certificate_files
from services.permits.use_cases import people as people_work
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    MEGABYTE,
    Blueprint,
    audit_note,
    etag_of,
    listed,
    now,
    page,
    paging_of,
    principal,
    public_reads,
    reads,
    require_version,
    writes,
)

blp = Blueprint("people", __name__, url_prefix="/api/v1/permits", description="People and their certificates")
MOST_PEOPLE = 200
LARGEST_FILE = 3 * MEGABYTE
AUDITED = ("person_id", "kind", "category", "valid_from", "valid_to", "review_by", "query", "ended_on")


@blp.route("/people", methods=["GET"])
@reads("certificate:read")
@blp.arguments(PeopleQuery, location="query")
@blp.response(200, CertifiedPeople)
def list_people(session: Session, query: dict[str, Any]) -> Any:
    """The people of the area, or of one enterprise, with their certificates; names are in the registry."""
    enterprise_id = _known(session, query.get("enterprise_id"))
    wanted = reading.people(principal(), enterprise_id=enterprise_id, has_left=query["has_left"])
    paging = {name: query[name] for name in ("limit", "cursor")}
    rows, next_cursor = page(session, wanted, key=[person.c.person_id], **paging)
    return {"items": reading.people_views(session, rows, now=now()), "next_cursor": next_cursor}


@blp.route("/people/table", methods=["GET"])
@public_reads()
@blp.response(200, PeopleTable)
def show_people_table(_session: Session) -> Any:
    """Kinds of certificates, and which work needs which, with their sources."""
    rules = people_rules()
    needs = [{**_fields(one), "profiles": sorted(one.profiles)} for one in rules.needs]
    return {
        "id": rules.id,
        "version": rules.version,
        "columns": rules.columns,
        "kinds": list(rules.kinds.values()),
        "needs": needs,
    }


@blp.route("/people/candidates", methods=["GET"])
@reads("certificate:read")
@blp.arguments(CandidateQuery, location="query")
@blp.response(200, Candidates)
def list_candidates(session: Session, query: dict[str, Any]) -> Any:
    """Everybody of an enterprise with what speaks against a role in a work: who may, comes first."""
    firm = visible_enterprise(session, principal(), str(query["enterprise_id"]))
    first, last = business_date(query["starts_at"]), business_date(query["ends_at"])
    work = AskedWork(query["kind"], query["ruleset"], Period(first, last, business_date(now())))
    wanted = reading.people(principal(), enterprise_id=firm.enterprise_id).order_by(person.c.person_id)
    here = session.execute(wanted.limit(MOST_PEOPLE)).all()
    given = {"role": query["role"], "people_here": here, "enterprise_id": firm.enterprise_id}
    return {"items": reading.candidates(session, work, **given)}


@blp.route("/people/<id:person_id>", methods=["GET"])
@reads("certificate:read")
@blp.response(200, CertifiedPerson)
def show_certified_person(session: Session, person_id: str) -> Any:
    """One person with all certificates."""
    return _person(session, person_id)


@blp.route("/people/<id:person_id>/certificates", methods=["POST"])
@writes("certificate:write")
@blp.arguments(CertificateNew)
@blp.response(201, HeldCertificate)
def enter_certificate(session: Session, body: dict[str, Any], person_id: str) -> Any:
    """Enter a certificate; training's own replaces it when it comes."""
    holder = reading.visible_person(session, principal(), person_id)
    given = {**body, "photo_id": _id(body["photo_id"])}
    kept = {"owner": holder.enterprise_id, "by": principal().subject, "now": now()}
    return _shown(session, people_work.enter_certificate(session, holder.person_id, given, **kept))


@blp.route("/people/<id:person_id>/fitness", methods=["PUT"])
@writes("certificate:write")
@blp.arguments(Fitness)
@blp.response(200, CertifiedPerson)
def set_fitness(session: Session, body: dict[str, Any], person_id: str) -> Any:
    """Say for which kinds of work somebody is not fit."""
    reading.visible_person(session, principal(), person_id)
    people_work.set_fitness(session, person_id, body["unfit_for"], by=principal().subject, now=now())
    audit_note(session, entity=f"person:{person_id}", details={"event": "fitness"})
    return _person(session, person_id)


@blp.route("/certificates", methods=["GET"])
@reads("certificate:read")
@blp.arguments(CertificateQuery, location="query")
@blp.response(200, CertificateList)
def list_certificates(session: Session, query: dict[str, Any]) -> Any:
    """The certificates of the area; `due_by`: those that end, or are due for review, by a day."""
    paging = paging_of(query)
    wanted = reading.certificates(
        principal(), wanted={**query, "enterprise_id": _known(session, query.get("enterprise_id"))}
    )
    view = partial(reading.certificate_view, session, today=business_date(now()))
    return listed(session, wanted, view=view, key=[certificate.c.id], **paging)


@blp.route("/certificates/import", methods=["POST"])
@writes("certificate:write", body_limit=LARGEST_FILE)
@blp.arguments(CertificateFile, location="files")
@blp.arguments(CertificateFileFacts, location="form")
@blp.response(200, CertificateFileResult)
def import_certificates(session: Session, files: dict[str, Any], facts: dict[str, Any]) -> Any:
    """Enter the certificates of a CSV or XLSX file; rows that are in the register already are left alone."""
    firm = visible_enterprise(session, principal(), str(facts["enterprise_id"])).enterprise_id
    kept = {"enterprise_id": firm, "by": principal().subject, "now": now()}
    result = certificate_files.import_certificates(session, files["file"].stream, **kept)
    told = {"event": "import", "entered": result.entered, "refused": len(result.refused)}
    audit_note(session, entity=f"enterprise:{firm}", details=told)
    return result


@blp.route("/certificates/<id:certificate_id>", methods=["PATCH"])
@writes("certificate:write")
@blp.arguments(CertificateChange)
@blp.response(200, HeldCertificate)
def amend_certificate(session: Session, body: dict[str, Any], certificate_id: str) -> Any:
    """Correct a certificate or note its review; `If-Match` names the version that was read."""
    row = reading.visible_certificate(session, principal(), certificate_id)
    require_version(row.version)
    given = {name: _id(value) if name == "photo_id" else value for name, value in body.items()}
    people_work.amend_certificate(session, row, given, owner=row.enterprise_id, now=now())
    return _shown(session, certificate_id, before=row)


@blp.route("/certificates/<id:certificate_id>/query", methods=["POST"])
@writes("certificate:write")
@blp.arguments(CertificateQueryNote)
@blp.response(200, HeldCertificate)
def note_query(session: Session, body: dict[str, Any], certificate_id: str) -> Any:
    """Keep what the national query answered about a certificate."""
    row = reading.visible_certificate(session, principal(), certificate_id)
    query = people_work.Query(body["outcome"], _id(body["photo_id"]) or "")
    people_work.note_query(session, row, query, owner=row.enterprise_id, now=now())
    return _shown(session, certificate_id, before=row)


@blp.route("/certificates/<id:certificate_id>/end", methods=["POST"])
@writes("certificate:write")
@blp.arguments(CertificateEnd)
@blp.response(200, HeldCertificate)
def end_certificate(session: Session, body: dict[str, Any], certificate_id: str) -> Any:
    """Let a certificate count no more: withdrawn, lost, entered by mistake."""
    row = reading.visible_certificate(session, principal(), certificate_id)
    people_work.end_certificate(session, row, why=body["why"], now=now())
    return _shown(session, certificate_id, before=row)


def _known(session: Session, enterprise_id: Any) -> str | None:
    """Return the id of an enterprise of the area, None when none was named."""
    return str(visible_enterprise(session, principal(), str(enterprise_id)).enterprise_id) if enterprise_id else None


def _person(session: Session, person_id: str) -> Any:
    row = reading.visible_person(session, principal(), person_id)
    [shown] = reading.people_views(session, [row], now=now())
    return shown


def _shown(session: Session, certificate_id: str, *, before: Any = None) -> Any:
    row = reading.visible_certificate(session, principal(), certificate_id)
    was = _audited(before) if before is not None else None
    audit_note(session, entity=f"certificate:{certificate_id}", before=was, after=_audited(row))
    return reading.certificate_view(session, row, today=business_date(now())), etag_of(row.version)


def _audited(row: Any) -> dict[str, Any]:
    return {name: str(getattr(row, name) or "") for name in AUDITED}


def _fields(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _id(given: Any) -> str | None:
    return str(given) if given else None
