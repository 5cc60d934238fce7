"""The HTTP side of identity."""

from flask import Flask

from services.identity import api
from services.identity.api import oidc
from services.identity.queries import accounts as queries
from services.identity.settings import Settings
from services.identity.use_cases.passwords import choose_hashing
from shared.database import connect
from shared.http import make_app
from shared.security.tokens import KeyDocument, KeyRing


def create_app(settings: Settings) -> Flask:
    """Return identity's application; it verifies tokens with the keys of its own database."""
    database = connect(settings.database_url)
    choose_hashing(database, settings.password_hashing)

    def own_keys() -> KeyDocument:
        with database.reading() as session:
            return queries.published_keys(session)

    blueprints = [api.auth, api.oauth, api.own, api.accounts, api.staff, api.agencies, api.claims, api.members]
    app = make_app(settings, database, blueprints=blueprints, keys=KeyRing(own_keys))
    if settings.oidc_issuer:
        app.extensions[oidc.EXTENSION] = oidc.Provider(settings)
    return app
