"""Enterprises and their people: claims, posts, invitations, PINs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from services.identity.domain import read_rules
from services.identity.domain.accounts import roles, roles_of_side
from services.identity.domain.signing_in import LockOut
from services.identity.domain.staff import PLACE
from shared.errors import Conflict, Forbidden, NotFound, Refused, SiseError

ENTERPRISE = "enterprise"
ADMINISTRATOR = "enterprise_administrator"
WITHOUT_POST = frozenset({ADMINISTRATOR, "enterprise_user"})
OPEN, APPROVED, TURNED_DOWN = "open", "approved", "refused"
MERGED = "merged"  # status of an entry that became part of another one
ENDED = "该单位已不在监管名册中 (the enterprise has left the register)"
MOBILE_SHAPE = re.compile(r"1[3-9]\d{9}")
PHOTO_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
LONGEST_HEAD = 8


class EnterpriseUnknown(NotFound):
    code = "enterprise_not_in_register"


class ClaimNotFound(NotFound):
    code = "claim_not_found"


class ClaimSettled(Conflict):
    code = "claim_settled"


class TooManyClaims(Conflict):
    code = "too_many_claims"


class ClaimMalformed(Refused):
    code = "claim_malformed"


class InvitationUnusable(NotFound):
    """Unknown, used, taken back or too old: never which of them."""

    code = "invitation_unusable"


class PostUnknown(Refused):
    code = "post_unknown"


class MemberNotFound(NotFound):
    code = "member_not_found"


class PersonUnknown(Refused):
    code = "person_unknown"


class PersonHasAccount(Conflict):
    code = "person_has_account"


class PinTooWeak(Refused):
    code = "pin_too_weak"


class PinRefused(SiseError):
    """The PIN is not right, or the person has none."""

    status = 422
    code = "pin_refused"
    keeps_changes = True


class PinLocked(Forbidden):
    code = "pin_locked"
    keeps_changes = True


@dataclass(frozen=True, slots=True)
class Terms:
    """The numbers of ``rules/claims.toml``."""

    open_claims: int
    largest_photo: int
    invitation_lives: timedelta
    pin_length: int
    pin_lock: LockOut
    signature_lives: timedelta
    signature_actions: frozenset[str]


@cache
def terms() -> Terms:
    """Return the limits for claims, invitations and PINs."""
    rules = read_rules("claims")
    lock = rules["pin"]
    return Terms(
        open_claims=rules["claim"]["open_at_once"],
        largest_photo=rules["claim"]["largest_photo_bytes"],
        invitation_lives=timedelta(hours=rules["invitation"]["lives_hours"]),
        pin_length=lock["length"],
        pin_lock=LockOut(
            failures=lock["failures"],
            within=timedelta(minutes=lock["within_minutes"]),
            locked=timedelta(minutes=lock["locked_minutes"]),
        ),
        signature_lives=timedelta(minutes=lock["signature_minutes"]),
        signature_actions=frozenset(rules["signature"]["actions"]),
    )


@cache
def posts() -> Sequence[str]:
    """Return the roles that an enterprise's administrator may invite people to, in the order of the table."""
    ours = roles_of_side(ENTERPRISE) - WITHOUT_POST
    return tuple(role_id for role_id in roles() if role_id in ours)


def check_post(role_id: str) -> None:
    """Raise ``PostUnknown`` unless an enterprise may invite to this role."""
    if role_id not in posts():
        raise PostUnknown("Choose one of the posts of an enterprise.", posts=list(posts()))


def check_mobile(mobile: str) -> None:
    """Raise ``ClaimMalformed`` unless it is a mobile number of eleven digits."""
    if not MOBILE_SHAPE.fullmatch(mobile):
        raise ClaimMalformed("Give a mobile number of eleven digits.")


def photo_kind(head: bytes, *, size: int) -> str:
    """Return the media type of a photo by its first bytes; raises ``ClaimMalformed`` for another kind or size."""
    if not 0 < size <= terms().largest_photo:
        raise ClaimMalformed(f"Send a photo of the licence of at most {terms().largest_photo // 1_000_000} MB.")
    for start, kind in PHOTO_KINDS:
        if head.startswith(start):
            return kind
    raise ClaimMalformed("Send the photo of the licence as JPEG or PNG.")


def check_pin(pin: str) -> None:
    """Raise ``PinTooWeak`` unless the PIN has the digits of the rule and is neither one digit nor a run."""
    length = terms().pin_length
    if len(pin) != length or not (pin.isascii() and pin.isdigit()):
        raise PinTooWeak(f"A PIN has {length} digits.")
    steps = {int(later) - int(earlier) for earlier, later in zip(pin, pin[1:], strict=False)}
    if len(steps) == 1 or len(set(pin)) < 3:
        raise PinTooWeak("Choose a PIN that is harder to guess: no runs, no repeated digits.")


def begins_to_be_away(left_on: str) -> datetime | None:
    """Return the moment at which a person who leaves on a day (ISO 8601, Shanghai; empty: stays) may nothing more."""
    return datetime.combine(date.fromisoformat(left_on), time(), PLACE).astimezone(UTC) if left_on else None


def is_usable(*, expires_at: datetime, used_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """Return whether an invitation may still be accepted: once, in time, unless it was taken back."""
    return used_at is None and revoked_at is None and now < expires_at
