"""Builds the WSGI application of a service; the service's ``app.py`` is the table of contents on top of it."""

from collections.abc import Callable, Sequence

from flask import Flask
from flask_smorest import Blueprint
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.clock import Clock
from shared.database import Database
from shared.http.chassis import EXTENSION, Chassis
from shared.http.documents import describe_api
from shared.http.health import register_health
from shared.http.limits import limit_requests
from shared.http.observation import observe_requests
from shared.http.operations import operations_of
from shared.http.problems import register_problems
from shared.http.trail import trail_of
from shared.security.keys import entrust
from shared.security.tokens import KeyRing, fetch_keys
from shared.settings import ServiceSettings


def make_app(
    settings: ServiceSettings,
    database: Database,
    *,
    blueprints: Sequence[Blueprint],
    keys: KeyRing | None = None,
    readiness: tuple[Callable[[], None], ...] = (),
    trusted_proxies: int = 1,
) -> Flask:
    """Return the application of one service with ``blueprints`` on the chassis.

    ``keys`` replaces identity's key set read over HTTP; ``readiness`` are further checks of ``/readyz``;
    ``trusted_proxies`` is how many hops of ``X-Forwarded-For`` are ours (the gateway stands before a service).
    """
    entrust(database, settings.secret_key)
    app = Flask(settings.service, static_folder=None)
    app.extensions[EXTENSION] = Chassis(
        settings=settings,
        database=database,
        keys=keys or KeyRing(lambda: fetch_keys(settings.service_urls["identity"])),
        clock=Clock(settings.home, movable=settings.is_demo),
    )
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies)  # type: ignore[method-assign]
    observe_requests(app, settings.service)
    limit_requests(app, settings)
    register_problems(app)
    register_health(app, database, service=settings.service, checks=readiness)
    api = describe_api(app, settings.service)
    for blueprint in (*blueprints, operations_of(settings.service), trail_of(settings.service)):
        api.register_blueprint(blueprint)
    return app
