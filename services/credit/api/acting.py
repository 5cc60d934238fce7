"""On which side the caller acts, the steps of the caller, and what was sent with ids as text."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.credit.domain.sides import AUTHORITY, ENTERPRISE
from shared.http import now, principal
from shared.machines import Step


def step_of_caller(event: str = "", given: Mapping[str, Any] | None = None) -> Step:
    """Return ``event`` as a step of the caller at this moment."""
    caller = principal()
    side = ENTERPRISE if caller.enterprise_id else AUTHORITY
    return Step(event, caller.subject, side, now(), given or {}, caller.roles)


def as_text(given: Any) -> Any:
    """Return what was sent with every id as text, however deep it lies."""
    if isinstance(given, Mapping):
        return {name: as_text(value) for name, value in given.items()}
    if isinstance(given, list):
        return [as_text(one) for one in given]
    return str(given) if isinstance(given, UUID) else given
