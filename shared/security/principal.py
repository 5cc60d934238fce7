"""The one who asks: made from the claims of a verified access token, never from anything else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

EVERYONE = "account:self"  # everybody's own account: no grant limits it


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a client system; ``at`` is the moment of the request, ``issued_at`` that of the token.

    ``methods`` say how the person was recognised (RFC 8176): ``pin`` for a signature on a phone of the enterprise;
    ``session_id`` names the session that the token belongs to.
    Who acts for another agency, its system or one of its clerks, has ``grants``: by action the divisions, fields and
    purposes of ``agency_id``, which is empty while an account names none. Everybody else has ``None``. ``fields`` are
    all that the running request may be told; ``None``: whatever it answers.
    """

    subject: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    divisions: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    enterprise_id: str = ""
    intermediary_id: str = ""
    methods: frozenset[str] = frozenset()
    agency_id: str = ""
    session_id: str = ""
    grants: Mapping[str, Any] | None = None
    fields: frozenset[str] | None = None
    issued_at: datetime = datetime.min.replace(tzinfo=UTC)
    at: datetime = datetime.min.replace(tzinfo=UTC)

    def may(self, action: str) -> bool:
        """Return whether one of the principal's roles grants ``action`` (``<noun>:<verb>``)."""
        return action in self.actions

    def is_granted(self, action: str) -> bool:
        """Return whether ``action`` needs no grant of an agency, or has one."""
        return self.grants is None or action == EVERYONE or action in self.grants

    def narrowed_to(self, action: str) -> "Principal":
        """Return who acts for an agency as its grant of ``action`` limits it; without one that is nothing at all."""
        if self.grants is None or action == EVERYONE:
            return self
        grant = self.grants.get(action, {})
        divisions, fields = tuple(grant.get("divisions", ())), frozenset(grant.get("fields", ()))
        return replace(self, divisions=divisions, fields=fields, grids=(), enterprise_id="", intermediary_id="")


PUBLIC = Principal(subject="", name="public", roles=frozenset({"public"}))


def from_claims(claims: Mapping[str, Any], *, at: datetime) -> Principal:
    """Return the principal that verified ``claims`` describe; absent claims mean "nothing"."""
    return Principal(
        subject=claims["sub"],
        name=claims.get("name", ""),
        roles=frozenset(claims.get("roles", ())),
        actions=frozenset(claims.get("actions", ())),
        divisions=tuple(claims.get("divisions", ())),
        grids=tuple(claims.get("grids", ())),
        enterprise_id=claims.get("enterprise_id", ""),
        intermediary_id=claims.get("intermediary_id", ""),
        methods=frozenset(claims.get("amr", ())),
        agency_id=claims.get("agency_id", claims.get("client_id", "")),
        session_id=claims.get("sid", ""),
        grants=claims.get("grants", {} if "client_id" in claims else None),
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        at=at,
    )
