"""What an installation needs before anybody can sign in: an administrator with a password that only he knows.

Which service keeps the accounts, and how, is that service's own affair; the chassis only knows the name of the
function that a first start calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from shared.clock import Clock
from shared.database import connect
from shared.security.keys import entrust
from shared.services import load

ACCOUNTS = "identity"
ADMINISTRATOR = "admin"


@dataclass(frozen=True, slots=True)
class FirstStart:
    """``password`` is the generated one, to be shown once; empty when the administrator was there or had one set."""

    password: str

    @property
    def sentence(self) -> str:
        """What to tell the person who started it; empty when there is nothing to tell."""
        if not self.password:
            return ""
        return f"Sign in as {ADMINISTRATOR} with the password {self.password} (shown only now; change it soon)"


def ensure_administrator(environment: Mapping[str, str]) -> FirstStart:
    """Create the administrator unless there is one."""
    settings: Any = load(ACCOUNTS).settings_from_env(environment)
    use_cases = import_module(f"services.{ACCOUNTS}.use_cases")
    now = Clock(settings.home, movable=settings.is_demo).now()
    database = connect(settings.database_url)
    entrust(database, settings.secret_key)
    with database.transaction() as session:
        password = use_cases.ensure_administrator(session, settings.admin_password, now=now, district=settings.district)
    return FirstStart(password or "")
