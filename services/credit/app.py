"""The HTTP side of credit."""

from flask import Flask

from services.credit.api import BLUEPRINTS
from services.credit.rules import check_tables
from services.credit.settings import Settings
from shared.database import connect
from shared.http import make_app


def create_app(settings: Settings) -> Flask:
    """Return the application: what is recorded of enterprises, and the rule tables for everyone.

    Raises ``UnusableTable`` when the rule tables cannot be followed.
    """
    check_tables()
    return make_app(settings, connect(settings.database_url), blueprints=BLUEPRINTS)
