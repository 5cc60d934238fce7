"""Laws 2, 9 and 12: imports point one way, services are islands, nothing happens at import."""

import subprocess
import sys

import pytest

from shared.services import service_names
from tests.support.source import ROOT, Module, modules

BROKER_LIBRARIES = ("kombu", "pika", "amqp")
INNER = ("domain", "use_cases", "queries")
FRAMEWORKS = ("flask", "flask_smorest", "marshmallow", "requests", "shared.http", "werkzeug")
OF_THE_HTTP_SIDE = ("flask", "flask_smorest", "werkzeug", "gunicorn", "alembic", "shared.http")
# What may be imported by what inside a service: only what stands further right.
LAYERS = ("app", "worker", "api", "schemas", "subscriptions", "use_cases", "queries", "tables", "domain")


def layer_of(name: str) -> str:
    """Return the part of a service that a dotted name lies in, or nothing."""
    parts = name.split(".")
    return parts[2] if len(parts) > 2 and parts[0] == "services" else ""


def imports_from(module: Module, *prefixes: str) -> list[str]:
    """Return the imports of a module that lie in one of the packages."""
    return [
        name
        for name in module.imports()
        if name.startswith(tuple(f"{prefix}." for prefix in prefixes)) or name in prefixes
    ]


class TestShared:
    def test_never_imports_a_service(self) -> None:
        breaking = [(module.name, imports_from(module, "services")) for module in modules("shared")]

        assert [one for one in breaking if one[1]] == []

    def test_touches_the_broker_only_in_the_bus(self) -> None:
        outside = [each for each in modules("shared", "services") if not each.name.startswith("shared.bus")]

        assert [each.name for each in outside if imports_from(each, *BROKER_LIBRARIES)] == []

    def test_stands_on_no_test_or_deployment_code(self) -> None:
        assert [each.name for each in modules("shared", "services") if imports_from(each, "tests", "deploy")] == []


class TestServices:
    @pytest.mark.parametrize("service", service_names())
    def test_import_no_other_service(self, service: str) -> None:
        others = [f"services.{name}" for name in service_names() if name != service]

        breaking = [(each.name, imports_from(each, *others)) for each in modules(f"services/{service}")]

        assert [one for one in breaking if one[1]] == []

    @pytest.mark.parametrize("service", service_names())
    def test_import_only_inwards(self, service: str) -> None:
        assert [arrow for each in modules(f"services/{service}") for arrow in outward_arrows(each)] == []

    @pytest.mark.parametrize("service", service_names())
    def test_have_rules_without_frameworks(self, service: str) -> None:
        rules = [each for each in modules(f"services/{service}") if layer_of(each.name) == "domain"]

        breaking = [(each.name, imports_from(each, *FRAMEWORKS, "sqlalchemy", "shared.database")) for each in rules]

        assert [one for one in breaking if one[1]] == []

    @pytest.mark.parametrize("service", service_names())
    def test_write_and_read_without_http(self, service: str) -> None:
        inner = [each for each in modules(f"services/{service}") if layer_of(each.name) in INNER]

        assert [each.name for each in inner if imports_from(each, *FRAMEWORKS)] == []

    @pytest.mark.parametrize("service", service_names())
    def test_migrate_without_the_tables_of_today(self, service: str) -> None:
        migrations = modules(f"services/{service}/migrations")

        assert [each.name for each in migrations if imports_from(each, "services", "shared.contracts")] == []


class TestImporting:
    def test_needs_no_network_database_or_setting(self) -> None:
        names = [f"services.{name}.{door}" for name in service_names() for door in ("app", "worker", "settings")]

        done = subprocess.run([sys.executable, "-c", SEALED, *names], capture_output=True, text=True, cwd=ROOT, env={})

        assert done.stderr == ""

    def test_of_the_message_side_loads_nothing_of_the_http_side(self) -> None:
        names = ["shared.running.working", "shared.bus.embedded", "shared.bus.rabbitmq"]
        names += [f"services.{name}.worker" for name in service_names()]

        done = subprocess.run([sys.executable, "-c", LOADED, *names], capture_output=True, text=True, cwd=ROOT, env={})

        assert (done.stderr, set(done.stdout.split()) & set(OF_THE_HTTP_SIDE)) == ("", set())


def outward_arrows(module: Module) -> list[str]:
    """Return the imports of a service's module that point from an inner part to an outer one."""
    own = layer_of(module.name)
    if own not in LAYERS:
        return []
    service = ".".join(module.name.split(".")[:2])
    targets = {layer_of(name) for name in imports_from(module, service)} & set(LAYERS)
    return [f"{module.name} → {target}" for target in targets if LAYERS.index(target) < LAYERS.index(own)]


SEALED = """
import socket, sqlite3, sys
from importlib import import_module

def refuse(*_args, **_more):
    raise RuntimeError("a connection was opened while importing")

socket.socket.connect = refuse
sqlite3.connect = refuse
for name in sys.argv[1:]:
    import_module(name)
"""

LOADED = """
import sys
from importlib import import_module

for name in sys.argv[1:]:
    import_module(name)
print(*sys.modules)
"""
