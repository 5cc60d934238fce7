"""On which side the caller acts, and the steps of the caller."""

from collections.abc import Mapping
from typing import Any

from services.permits.domain.declarations import AUTHORITY, ENTERPRISE
from shared.http import now, principal
from shared.machines import Step


def step_of_caller(event: str = "", given: Mapping[str, Any] | None = None) -> Step:
    """Return ``event`` as a step of the caller at this moment."""
    caller = principal()
    side = ENTERPRISE if caller.enterprise_id else AUTHORITY
    return Step(event, caller.subject, side, now(), given or {}, caller.roles)
