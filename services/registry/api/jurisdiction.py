"""Registers hold rows of the whole district, so only those who may see all of it handle them."""

from __future__ import annotations

from services.registry.queries.divisions import rules_in_force
from shared.database import Session
from shared.errors import Forbidden
from shared.http import principal


class WholeDistrictOnly(Forbidden):
    code = "whole_district_only"


def require_whole_district(session: Session) -> None:
    """Raise `WholeDistrictOnly` unless the home district lies in one of the principal's divisions."""
    home = rules_in_force(session).gazetteer.home
    if not any(prefix and home.startswith(prefix) for prefix in principal().divisions):
        raise WholeDistrictOnly("Register files are handled by the bureau for the whole district: send the file there.")
