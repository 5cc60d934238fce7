"""The HTTP side of permits."""

from flask import Flask

from services.permits.api import BLUEPRINTS
from services.permits.rules import check_tables
from services.permits.settings import Settings
from shared.database import connect
from shared.http import make_app


def create_app(settings: Settings) -> Flask:
    """Return the application: commitments, and the rule tables for everyone.

    Raises ``UnusableTable`` when the rule tables cannot be followed.
    """
    check_tables()
    return make_app(settings, connect(settings.database_url), blueprints=BLUEPRINTS)
