"""The HTTP side of the registry."""

from __future__ import annotations

from flask import Flask

from services.registry.api import BLUEPRINTS
from services.registry.settings import Settings
from shared.database import connect
from shared.http import make_app


def create_app(settings: Settings) -> Flask:
    """Return the application: enterprises, imports, exports, divisions."""
    return make_app(settings, connect(settings.database_url), blueprints=list(BLUEPRINTS))
