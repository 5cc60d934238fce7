"""The full stack is described once: compose runs the processes of the list, for every service there is."""

import re
from typing import Any

import yaml

from deploy.processes import roles
from shared.services import service_names
from tests.support.source import ROOT

SERVERS = {"postgresql", "rabbitmq", "prepare"}


class TestListOfProcesses:
    def test_has_an_api_and_a_worker_for_every_service(self) -> None:
        present = {role.name for role in roles()}

        assert {f"{name}-{role}" for name in service_names() for role in ("api", "worker")} - present == set()

    def test_names_no_service_that_does_not_exist(self) -> None:
        assert {role.service for role in roles()} == set(service_names())


class TestCompose:
    def test_runs_exactly_the_listed_processes(self) -> None:
        assert set(compose()["services"]) - SERVERS == {role.name for role in roles()}

    def test_gives_each_container_its_role(self) -> None:
        commands = {
            name: service["command"][:2] for name, service in compose()["services"].items() if name not in SERVERS
        }

        assert commands == {role.name: [role.role, role.service] for role in roles()}

    def test_lets_every_worker_be_watched(self) -> None:
        workers = [role.name for role in roles() if role.role == "worker"]

        assert {tuple(compose()["services"][name]["command"][2:]) for name in workers} == {
            ("--metrics", "0.0.0.0:8000")
        }

    def test_tells_each_service_only_its_own_database(self) -> None:
        for role in roles():
            settings = compose()["services"][role.name]["environment"]
            databases = [name for name in settings if name.startswith("SISE_DATABASE_URL_")]

            assert databases == [f"SISE_DATABASE_URL_{role.service.upper()}"]

    def test_publishes_only_the_gateway(self) -> None:
        assert [name for name, service in compose()["services"].items() if "ports" in service] == ["gateway-api"]

    def test_has_no_secret_written_down(self) -> None:
        text = (ROOT / "docker-compose.yml").read_text("utf-8")

        assert re.findall(r"(?:PASSWORD|KEY|PASS): (?!\$\{)", text) == []

    def test_finds_every_secret_in_what_is_generated(self) -> None:
        script = (ROOT / "deploy" / "compose" / "secrets.sh").read_text("utf-8")

        assert [name for name in service_names() if name.upper() not in script] == []


def compose() -> dict[str, Any]:
    """Return the compose file as Docker reads it."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return document


class TestPrometheus:
    def test_asks_every_process(self) -> None:
        answering, working = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))[
            "scrape_configs"
        ]

        asked = [target.partition(":")[0] for target in answering["static_configs"][0]["targets"]]

        assert sorted([*asked, *working["dns_sd_configs"][0]["names"]]) == sorted(role.name for role in roles())


class TestAlerts:
    def test_watch_metrics_that_exist(self) -> None:
        rules = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8")
        defined = (ROOT / "shared" / "metrics.py").read_text("utf-8")

        watched = set(re.findall(r"sise_\w+", "\n".join(re.findall(r"expr: .*", rules))))

        assert [name for name in sorted(watched) if f'"{name}"' not in defined] == []
