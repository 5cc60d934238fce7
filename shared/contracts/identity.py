"""What identity tells: who may act."""

from dataclasses import dataclass

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
    """Tokens of ``subject`` count no more (``is_denied``), or count again."""

    subject: str
    is_denied: bool = True
