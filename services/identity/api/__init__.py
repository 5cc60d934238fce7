"""The routes of identity, grouped by topic."""

from services.identity.api.accounts import blp as accounts
from services.identity.api.accounts import own
from services.identity.api.agencies import blp as agencies
from services.identity.api.claims import blp as claims
from services.identity.api.members import blp as members
from services.identity.api.sessions import auth, oauth
from services.identity.api.staff import blp as staff

__all__ = ["accounts", "agencies", "claims", "members", "auth", "oauth", "own", "staff"]
