import base64
from pathlib import Path

import pytest

from shared.settings import BadSettings, ServiceSettings, read

SECRET = base64.b64encode(bytes(range(32))).decode()


def settings(home: Path, **environment: str) -> ServiceSettings:
    return read(
        ServiceSettings, "registry", environment={"SISE_HOME": str(home), "SISE_SECRET_KEY": SECRET} | environment
    )


class TestRead:
    def test_needs_nothing_but_a_home(self, tmp_path: Path) -> None:
        found = settings(tmp_path)

        assert found.database_url == f"sqlite:///{tmp_path}/registry.db"
        assert found.is_embedded

    def test_takes_database_and_bus_of_this_service(self, tmp_path: Path) -> None:
        found = settings(
            tmp_path,
            SISE_DATABASE_URL_REGISTRY="postgresql+psycopg://here/registry",
            SISE_DATABASE_URL_RISK="postgresql+psycopg://here/risk",
            SISE_BUS_URL_REGISTRY="amqp://registry:secret@127.0.0.1:5672/sise",
        )

        assert found.database_url == "postgresql+psycopg://here/registry"
        assert not found.is_embedded

    @pytest.mark.parametrize("url", ["memory://", "filesystem://", "sqla+sqlite:///bus.db", "redis://127.0.0.1", ""])
    def test_refuses_a_bus_that_loses_messages(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(BadSettings, match="SISE_BUS_URL_REGISTRY must begin with amqp"):
            settings(tmp_path, SISE_BUS_URL_REGISTRY=url)

    def test_collects_the_addresses_of_the_services(self, tmp_path: Path) -> None:
        found = settings(tmp_path, SISE_URL_RISK="http://127.0.0.1:9/")

        assert found.service_urls == {"risk": "http://127.0.0.1:9"}

    def test_makes_one_secret_per_home_readable_by_its_owner_only(self, tmp_path: Path) -> None:
        first = read(ServiceSettings, "registry", environment={"SISE_HOME": str(tmp_path)})
        second = read(ServiceSettings, "risk", environment={"SISE_HOME": str(tmp_path)})

        assert first.secret_key == second.secret_key
        assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("secret", ["short", "not base64!", base64.b64encode(bytes(32)).decode()])
    def test_refuses_a_weak_or_malformed_secret(self, tmp_path: Path, secret: str) -> None:
        with pytest.raises(BadSettings, match="SISE_SECRET_KEY"):
            settings(tmp_path, SISE_SECRET_KEY=secret)

    def test_keeps_handled_events_longer_than_they_can_be_sent_again(self, tmp_path: Path) -> None:
        found = settings(tmp_path, SISE_KEEP_EVENT_LOG_DAYS="7", SISE_KEEP_INBOX_DAYS="8")

        assert (found.keep_event_log.days, found.keep_inbox.days) == (7, 8)

    @pytest.mark.parametrize(("log", "inbox"), [("14", "14"), ("0", "30"), ("30", "14"), ("soon", "30")])
    def test_refuses_to_forget_too_early(self, tmp_path: Path, log: str, inbox: str) -> None:
        with pytest.raises(BadSettings, match="SISE_KEEP_EVENT_LOG_DAYS"):
            settings(tmp_path, SISE_KEEP_EVENT_LOG_DAYS=log, SISE_KEEP_INBOX_DAYS=inbox)

    def test_names_a_setting_that_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings, match="SISE_DEMO"):
            settings(tmp_path, SISE_DEMO="perhaps")
