"""What the services declare fits together: routes, contracts, subscriptions, queues, migrations, rules, documents."""

import ast
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask

from shared.contracts import all_contracts
from shared.services import load, service_names
from tests.support.source import ROOT, mentions, modules

SERVICES = ROOT / "services"
STANDARD_PARTS = ("README.md", "app", "worker", "settings", "api", "schemas", "subscriptions", "use_cases", "queries")
STANDARD_PARTS += ("domain", "tables", "migrations")
README_SECTIONS = ("Purpose", "Tables", "Routes", "Events in", "Events out", "Settings")
OPEN_ROUTES = {"/healthz", "/readyz", "/metrics"}
STATUSES = {"official", "practice", "design"}
LONGEST_README = 60
LONGEST_OF_A_LARGE_SERVICE = {"inspections": 90, "permits": 90, "credit": 90}  # docs/adr/0011, 0013, 0014
# Services that others listen to already; as soon as one of them has a folder it has to publish what it announced.
ANNOUNCED = {"credit", "inspections", "monitoring", "permits", "training"}
# What a service that is being built does not tell yet; whoever builds it takes the name out.
STILL_TO_COME: set[str] = set()
# What the chassis tells itself belongs to no service.
OURS = {name: contract for name, contract in all_contracts().items() if contract.producer != "sise"}


class TestEveryService:
    @pytest.mark.parametrize("service", service_names())
    def test_has_the_same_parts(self, service: str) -> None:
        present = {path.name.removesuffix(".py") for path in (SERVICES / service).iterdir()}

        assert [part for part in STANDARD_PARTS if part not in present] == []

    @pytest.mark.parametrize("service", service_names())
    def test_has_a_readme_with_every_section(self, service: str) -> None:
        text = (SERVICES / service / "README.md").read_text("utf-8")

        longest = LONGEST_OF_A_LARGE_SERVICE.get(service, LONGEST_README)
        missing = [section for section in README_SECTIONS if f"## {section}" not in text]

        assert (missing, len(text.splitlines()) <= longest) == ([], True)

    @pytest.mark.parametrize("service", service_names())
    def test_names_each_event_in_its_readme(self, service: str) -> None:
        text = (SERVICES / service / "README.md").read_text("utf-8")
        events_in = {contract.name for contract in load(service).declarations().contracts()}
        events_out = {contract.name for contract in all_contracts().values() if contract.producer == service}

        assert sorted(name for name in events_in | events_out if bare(name) not in text) == []


class TestMigrations:
    @pytest.mark.parametrize("folder", [*(SERVICES / name / "migrations" for name in service_names())], ids=str)
    def test_are_numbered_and_have_one_head(self, folder: Path) -> None:
        scripts = ScriptDirectory(str(folder), version_locations=[str(folder)])
        numbers = sorted(path.name[:4] for path in folder.glob("[0-9]*.py"))

        assert (len(scripts.get_heads()), numbers) == (1, [f"{n:04}" for n in range(1, len(numbers) + 1)])


class TestContracts:
    def test_have_one_name_each(self) -> None:
        names = [contract.name for contract in all_contracts().values()]

        assert len(names) == len(set(names))

    def test_belong_to_the_service_whose_file_they_stand_in(self) -> None:
        foreign = [
            one.name for one in all_contracts().values() if not one.event_class.__module__.endswith(f".{one.producer}")
        ]

        assert foreign == []

    def test_have_a_stored_sample_of_every_version(self) -> None:
        samples = {path.stem for path in (ROOT / "tests" / "contract").rglob("*.json")}

        assert sorted({contract.name for contract in all_contracts().values()} - samples) == []

    def test_are_produced_by_a_service_that_exists(self) -> None:
        assert {contract.producer for contract in OURS.values()} <= set(service_names()) | ANNOUNCED

    def test_of_an_announced_service_have_a_listener(self) -> None:
        heard = {one.name for name in service_names() for one in load(name).declarations().contracts()}
        announced = {name for name, one in OURS.items() if one.producer in ANNOUNCED - set(service_names())}

        assert sorted(announced - heard) == []

    def test_are_published_by_their_producer(self) -> None:
        written = {name: "\n".join(each.text for each in modules(f"services/{name}")) for name in service_names()}

        ours = {name: one for name, one in OURS.items() if one.producer in written}

        silent = {name for name, one in ours.items() if not mentions(written[one.producer], one.event_class.__name__)}

        assert silent == STILL_TO_COME


class TestQueues:
    def test_of_the_definitions_are_those_of_the_services(self) -> None:
        stored = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text("utf-8"))

        queues = {queue["name"].split(".")[0] for queue in stored["queues"]}

        assert queues == set(service_names())

    def test_are_bound_to_what_is_subscribed(self) -> None:
        stored = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text("utf-8"))
        bound = {(one["destination"].split(".")[0], one["routing_key"]) for one in stored["bindings"]}

        wanted = {(name, one.name) for name in service_names() for one in load(name).declarations().contracts()}

        assert sorted(wanted - bound) == []


class TestRoutes:
    @pytest.mark.parametrize("service", service_names())
    def test_declare_who_may_use_them(self, service: str, tmp_path: Path) -> None:
        app = build_app(service, tmp_path)
        rules = [rule for rule in app.url_map.iter_rules() if rule.rule not in OPEN_ROUTES]

        unguarded = [rule.rule for rule in rules if not hasattr(app.view_functions[rule.endpoint], "sise_access")]

        assert unguarded == []


class TestSchemas:
    """They become the components of one OpenAPI document, which tells them apart by their names alone."""

    @pytest.mark.parametrize("service", service_names())
    def test_have_one_name_each(self, service: str) -> None:
        files = [each for each in modules(f"services/{service}") if "schemas" in each.name.split(".")]
        names = Counter(node.name for each in files for node in each.tree.body if isinstance(node, ast.ClassDef))

        assert [name for name, count in names.items() if count > 1] == []


class TestRules:
    @pytest.mark.parametrize("path", sorted(SERVICES.glob("*/rules/*.toml")), ids=lambda path: path.stem)
    def test_name_their_source_standing_and_first_day(self, path: Path) -> None:
        table = tomllib.loads(path.read_text("utf-8"))

        assert [head for head in heads_of(table) if {"source", "status", "effective_from"} <= head.keys()] != []

    @pytest.mark.parametrize("path", sorted(SERVICES.glob("*/rules/*.toml")), ids=lambda path: path.stem)
    def test_never_show_a_proposal_as_law(self, path: Path) -> None:
        text = path.read_text("utf-8")

        assert set(re.findall(r"\bstatus = \"(\w+)\"", text)) <= STATUSES


def heads_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the table itself and its first-level parts; one of them speaks for all rows."""
    parts = [part for value in table.values() for part in (value if isinstance(value, list) else [value])]
    return [table, *(part for part in parts if isinstance(part, dict))]


def bare(event_type: str) -> str:
    """Return the middle part of an event type: `enterprise_graded`."""
    return event_type.split(".")[1]


def build_app(service: str, home: Path) -> Flask:
    """Build the application of a service in an empty home, as the embedded way to run does."""
    addresses = {f"SISE_URL_{name.upper()}": "http://127.0.0.1:1" for name in service_names()}
    doors = load(service)
    return doors.create_app(doors.settings_from_env({"SISE_HOME": str(home), **addresses}))
