"""The HTTP side of risk."""

from flask import Flask

from services.risk.api import BLUEPRINTS
from services.risk.rules import dynamic_rules, rulebook
from services.risk.settings import Settings
from shared.database import connect
from shared.http import make_app


def create_app(settings: Settings) -> Flask:
    """Return the application: grades with their reasons, declared facts, and the rule tables for everyone.

    Raises ``UnusableCard`` when the rule tables do not fit together.
    """
    rulebook()
    dynamic_rules()
    return make_app(settings, connect(settings.database_url), blueprints=BLUEPRINTS)
