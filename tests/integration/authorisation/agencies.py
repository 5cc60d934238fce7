"""Another agency of the small running system, to which everything is granted that its clerks may do at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.identity.domain.accounts import roles
from services.identity.domain.agencies import grantable
from services.identity.use_cases import client_for_change, put_grant, register_client
from shared.database import Database
from shared.security.principal import Principal

DISTRICT = "331002"


def of_an_agency(database: Database) -> dict[str, dict[str, Any]]:
    """Register an agency in the database of identity; return what accounts of its side name, by their role."""
    now, giver = datetime.now(UTC), Principal("giver", divisions=(DISTRICT,))
    same = {"divisions": [DISTRICT], "until": now + timedelta(days=30), "basis": "〔2026〕7"}
    with database.transaction() as session:
        agency_id, _ = register_client(session, name="市场监督管理局", now=now)
        for action in sorted(roles()["agency_clerk"].actions):
            row, found = grantable()[action], client_for_change(session, agency_id)
            content = {**same, "action": action, "fields": list(row.fields), "purposes": list(row.purposes)}
            put_grant(session, found, content, giver=giver, now=now)
    return {role: {"agency_id": agency_id} for role in ("agency", "agency_clerk")}
