"""What identity tells: who may act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts import Kind, event


@event("identity.staff_changed.v1", kind=Kind.STATE, subject="account_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChanged:
    """An account's roles, jurisdiction or standing changed. Divisions are 6, 9 or 12 digits; no names travel.

    ``username_digest`` (SHA-256) lets a file that names accounts be matched without telling who there is.
    ``licence_valid_until`` is the last day (``YYYY-MM-DD``) of the enforcement licence, empty when none is recorded.
    """

    account_id: str
    roles: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    enterprise_id: str = ""
    intermediary_id: str = ""
    licence_valid_until: str = ""
    is_licence_expired: bool = False
    is_absent: bool = False
    is_enabled: bool = True
    username_digest: str = ""


@event("identity.account_disabled.v1", kind=Kind.STATE, subject="subject")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDisabled:
    """Tokens of ``subject`` count no more (``is_denied``), or only younger ones do.

    The subject is an account, or one of its sessions as ``session:<id>``, which has ended.
    """

    subject: str
    is_denied: bool = True


@event("identity.grant_changed.v1", kind=Kind.STATE, subject="subject")
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantChanged:
    """What a client system (``subject``) of another agency may do from now on; older tokens of it count no more.

    ``grants`` are ``{"action", "divisions", "fields", "until"}``; what is not named is not granted.
    """

    subject: str
    is_enabled: bool = True
    grants: Sequence[Mapping[str, Any]] = ()

    @property
    def is_denied(self) -> bool:
        """Whether no token of the client counts."""
        return not self.is_enabled
