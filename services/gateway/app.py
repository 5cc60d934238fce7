"""The HTTP side of the gateway: its own routes, the pages, and everything else forwarded."""

import threading

from flask import Flask

from services.gateway import composition, neighbours, pages
from services.gateway.api import BLUEPRINTS, base_map, events, openapi
from services.gateway.browser import accept_sessions
from services.gateway.forwarding import add_forwarding
from services.gateway.limits import limit_rates
from services.gateway.settings import Settings
from shared.database import connect
from shared.http import make_app


def create_app(settings: Settings) -> Flask:
    """Return the application: map, lists, search, files, events, sessions, system, forwarding, pages."""
    database = connect(settings.database_url)
    app = make_app(
        settings,
        database,
        blueprints=BLUEPRINTS,
        readiness=(neighbours.require_identity,),
        trusted_proxies=settings.trusted_proxies,
    )
    app.extensions[neighbours.EXTENSION] = neighbours.meet_neighbours(settings)
    app.extensions[composition.EXTENSION] = composition.Composer()
    app.extensions[base_map.EXTENSION] = base_map.BaseMap(settings)
    app.extensions[openapi.EXTENSION] = openapi.MergedDocument()
    app.extensions[events.EXTENSION] = events.Streams(threading.BoundedSemaphore(settings.most_streams))
    accept_sessions(app)
    limit_rates(app)
    add_forwarding(app)
    pages.register(app)
    return app
