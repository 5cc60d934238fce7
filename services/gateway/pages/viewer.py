"""Who looks at the page: the principal behind the browser's session cookie."""

from dataclasses import dataclass
from datetime import datetime

from flask import g

from shared.security.principal import PUBLIC, Principal


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person; ``person`` is the account, ``csrf_token`` must come back with every write.

    ``enterprise_id`` is that of people of an enterprise; ``principal`` is whom the token speaks for. Somebody who signs
    by PIN on a colleague's browser does so until ``signs_until``.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    actions: frozenset[str]
    csrf_token: str
    enterprise_id: str = ""
    signs_until: datetime | None = None
    principal: Principal = PUBLIC


def current() -> Viewer | None:
    """Return who is signed in, or ``None``."""
    viewer: Viewer | None = g.get("viewer")
    return viewer


def may(action: str) -> bool:
    """Return whether somebody is signed in whose roles, and the grants of whose agency, allow ``action``."""
    someone = current()
    return someone is not None and action in someone.actions and someone.principal.is_granted(action)


def purposes(action: str) -> frozenset[str] | None:
    """Return for which purposes a grant of ``action`` holds; ``None``: no grant limits who is signed in."""
    someone = current()
    if someone is None or someone.principal.grants is None:
        return None
    return frozenset(someone.principal.grants.get(action, {}).get("purposes", ()))
