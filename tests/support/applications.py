"""Applications for tests: built once per process for the same settings, because compiling routes takes long.

Most tests build no address, so how that is done is compiled when the first one is built, for tests of all applications.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from shared.http.chassis import EXTENSION, Chassis

_built: dict[tuple[Callable[[Any], Flask], str], tuple[Flask, dict[str, Any]]] = {}


class LateRule(Rule):
    """A route that compiles how its addresses are built when they are."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)
        return lambda rule, /, **values: compiled(append_unknown)(rule, **values)


Flask.url_rule_class = LateRule


def application(create_app: Callable[[Any], Flask], settings: Any) -> Flask:
    """Return the application that `create_app` makes of `settings`, with what a test has put there taken out again.

    Its key ring has asked nobody yet.
    """
    key = (create_app, repr(settings))
    if key not in _built:
        app = create_app(settings)
        _built[key] = app, app.extensions.copy()
    app, extensions = _built[key]
    chassis: Chassis = extensions[EXTENSION]
    app.extensions.clear()
    app.extensions.update(extensions | {EXTENSION: replace(chassis, keys=copy(chassis.keys))})
    return app
