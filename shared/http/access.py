"""Who may call a route, and the one transaction around it. Every route carries exactly one of these decorators.

They stand right below ``@blp.route``; the view gets the session as its first argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Response, g, make_response, request
from sqlalchemy.orm import Session

from shared.database.faults import DATABASE_TROUBLE, Fault, fault_of, is_taken
from shared.errors import Conflict, Forbidden, SiseError
from shared.http.chassis import chassis, now, principal
from shared.http.fields import only_granted
from shared.http.idempotency import claim_of_request, earlier_answer, keep_answer
from shared.http.observation import bind_actor
from shared.security import audit
from shared.security.principal import PUBLIC, Principal
from shared.security.tokens import Unauthenticated, refuse_denied, verify_token

MEGABYTE = 1 << 20
MARK = "sise_access"
BEARER = "bearer "
MOST_ATTEMPTS = 3  # of a transaction that loses against others
View = TypeVar("View", bound=Callable[..., Any])


class ActionNotAllowed(Forbidden):
    code = "action_not_allowed"


class AgencyNotNamed(Forbidden):
    code = "agency_not_named"


class NotGranted(Forbidden):
    code = "not_granted"


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller; the tests read it from the view function (attribute ``sise_access``)."""

    kind: str
    action: str = ""
    body_limit: int = MEGABYTE
    is_replayed: bool = True

    @property
    def is_public(self) -> bool:
        return not self.action


def reads(action: str) -> Callable[[View], View]:
    """Let principals with ``action`` in; the view gets a session that only reads."""
    return _guarded_by(Access("reads", action), _read)


def writes(action: str, *, body_limit: int = MEGABYTE, is_replayed: bool = True) -> Callable[[View], View]:
    """Let principals with ``action`` in; one write transaction, ``Idempotency-Key``, one audit entry.

    The body (at most ``body_limit`` bytes; a multipart one goes to disk) is received before the transaction.
    Without ``is_replayed`` a key is ignored: what is asked again is answered and written down again.
    """
    return _guarded_by(Access("writes", action, body_limit, is_replayed), _write)


def public_reads() -> Callable[[View], View]:
    """Let everyone in; the view gets a session that only reads."""
    return _guarded_by(Access("public_reads"), _read)


def public_writes(*, body_limit: int = MEGABYTE) -> Callable[[View], View]:
    """Let everyone in; one write transaction and one audit entry, no ``Idempotency-Key``."""
    return _guarded_by(Access("public_writes", body_limit=body_limit), _write)


def marked(view: View, access: Access) -> View:
    """Attach ``access`` to ``view``: what it asks, and its sentence in the OpenAPI document."""
    setattr(view, MARK, access)
    document = getattr(view, "_apidoc", {})
    security: list[Any] = [] if access.is_public else [{"bearer": []}]
    own = {**document.get("manual_doc", {}), "security": security, "x-action": access.action}
    view._apidoc = {**document, "manual_doc": own}  # type: ignore[attr-defined]
    return view


def _guarded_by(access: Access, serve: Callable[..., Any]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.principal = PUBLIC if access.is_public else _authenticated().narrowed_to(access.action)
            return only_granted(serve(access, lambda session: view(session, *args, **kwargs)))

        return marked(guarded, access)  # type: ignore[return-value]

    return decorate


def _authenticated() -> Principal:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(BEARER):
        raise Unauthenticated("Send an access token in the header Authorization: Bearer.")
    caller = verify_token(header[len(BEARER) :].strip(), chassis().keys, now=now())
    bind_actor(caller.subject)
    return caller


def _read(access: Access, serve: Callable[[Session], Any]) -> Any:
    try:
        _require_action(access)
        with chassis().database.reading() as session:
            refuse_denied(session, principal())
            return serve(session)
    except Forbidden as denial:
        _audit_refusal(access, denial)
        raise


def _write(access: Access, serve: Callable[[Session], Any]) -> Response:
    try:
        _require_action(access)
        _receive_body(access)
        outcome = _persistently(lambda: _transact(access, serve))
    except SiseError as refusal:
        _audit_refusal(access, refusal)
        raise
    if isinstance(outcome, SiseError):
        raise outcome
    return outcome


def _require_action(access: Access) -> None:
    if not access.is_public and not principal().may(access.action):
        raise ActionNotAllowed("Your role does not allow this.", action=access.action)
    require_grant(principal(), access.action)


def require_grant(caller: Principal, action: str) -> None:
    """Raise ``AgencyNotNamed`` or ``NotGranted`` for who acts for an agency without a grant of ``action``."""
    if not caller.is_granted(action):
        if not caller.agency_id:
            raise AgencyNotNamed("Your account names no agency: ask the bureau's administrator to name it.")
        raise NotGranted("Your agency has no grant of this that holds: ask the bureau's administrator.", action=action)


def _receive_body(access: Access) -> None:
    """Take the whole body in before a transaction opens, so that a slow client never holds the database."""
    request.max_content_length = access.body_limit
    _ = request.form if request.mimetype == "multipart/form-data" else request.get_data()


def _persistently(transact: Callable[[], Response | SiseError]) -> Response | SiseError:
    """Run one transaction; again from its beginning when it lost against another that ran beside it.

    Two requests may both find a key free. The second attempt of the loser sees what the winner wrote, and gives the
    use case's own answer.
    """
    for _ in range(MOST_ATTEMPTS):
        try:
            return transact()
        except DATABASE_TROUBLE as problem:
            if not is_taken(problem) and fault_of(problem) is not Fault.AGAIN:
                raise
            for upload in request.files.values():
                upload.seek(0)
    raise ChangedMeanwhile("Somebody else is changing the same at this moment: look at it and try again.")


def _transact(access: Access, serve: Callable[[Session], Any]) -> Response | SiseError:
    claim = claim_of_request(principal().subject) if access.is_replayed and not access.is_public else None
    with chassis().database.transaction() as session:
        note = g.audit_note = audit.begin_note(session)
        refuse_denied(session, principal())
        if claim and (earlier := earlier_answer(session, claim, now=now())):
            return earlier
        outcome = _outcome(session, serve)
        result = outcome.code if isinstance(outcome, SiseError) else audit.DONE
        _audit(session, access, note, result=result)
        if claim and isinstance(outcome, Response):
            keep_answer(session, claim, outcome, now=now())
        return outcome


def _outcome(session: Session, serve: Callable[[Session], Any]) -> Response | SiseError:
    try:
        return make_response(serve(session))
    except SiseError as refusal:
        if refusal.keeps_changes:
            return refusal
        raise


def _audit_refusal(access: Access, refusal: SiseError) -> None:
    """Write down what a known principal tried in vain, in a transaction of its own: the first is rolled back."""
    if access.is_public or refusal.status >= 500:
        return
    with chassis().database.transaction() as session:
        _audit(session, access, g.get("audit_note", audit.AuditNote()), result=refusal.code)


def _audit(session: Session, access: Access, note: audit.AuditNote, *, result: str) -> None:
    route = request.url_rule.rule if request.url_rule else request.path
    fact = audit.AuditFact(
        subject=note.subject or principal().subject,
        action=access.action or str(request.endpoint),
        entity=note.entity,
        result=result,
        address=request.remote_addr or "",
        before=note.before,
        after=note.after,
        details={**note.details, "route": f"{request.method} {route}"},
    )
    audit.record(session, fact, now=now())
