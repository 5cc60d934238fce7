"""Commands of the event path: parked events, proof that nothing was lost, and the broker's topology."""

import json
import sys
from functools import partial
from typing import Any

import click

from shared.bus.topology import definitions, topology_of_services
from shared.cli.output import answer, table, with_json
from shared.database import Database, connect
from shared.events import parked as parked_events
from shared.running.operations import carry_out, compare_events, settings_of
from shared.services import service_names

ONE_OR_ALL = click.option("--service", default="", help="One service; default: all.")


@click.group()
def parked() -> None:
    """Events that could not be handled and wait for a person."""


@parked.command("list")
@ONE_OR_ALL
@with_json
def list_parked(service: str, as_json: bool) -> None:
    """List parked and waiting events, oldest first."""
    rows = [row for name in _chosen(service) for row in _parked_rows(name)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
    else:
        columns = ("service", "id", "type", "subject", "state", "attempts", "error")
        table(rows, columns=columns, empty="Nothing is parked.")


@parked.command("show")
@click.argument("service")
@click.argument("parked_id")
def show_parked(service: str, parked_id: str) -> None:
    """Show one parked event with its body and its error."""
    with _database(service).reading() as session:
        event = parked_events.show_parked(session, parked_id)
    answer({name: getattr(event, name) for name in event.__slots__ if name != "body"}, as_json=False)
    click.echo(event.body.decode("utf-8", "backslashreplace"))


@parked.command("replay")
@click.argument("service")
@click.argument("parked_id", default="")
@click.option("--type", "event_type", default="", help="All parked events of this type.")
@click.option("--all", "is_all", is_flag=True, help="All parked events of the service.")
@with_json
def replay_parked(service: str, parked_id: str, *, event_type: str, is_all: bool, as_json: bool) -> None:
    """Handle one parked event again, or several; exit status 1 when one is refused again."""
    if not (parked_id or event_type or is_all):
        raise click.UsageError("Name a parked event, or say --type or --all.")
    result = carry_out("replay_parked", service=service, parked_id=parked_id, event_type=event_type)
    answer(result, as_json=as_json)
    sys.exit(1 if result["failed"] else 0)


@parked.command("drop")
@click.argument("service")
@click.argument("parked_id")
@click.confirmation_option(prompt="The event will be lost for this service. Drop it?")
@with_json
def drop_parked(service: str, parked_id: str, as_json: bool) -> None:
    """Give up one parked event for good."""
    answer(carry_out("drop_parked", service=service, parked_id=parked_id), as_json=as_json)


@click.group()
def events() -> None:
    """Proof that no event was lost, and a fresh start for one service."""


@events.command()
@click.option("--wait", default=30.0, show_default=True, help="Seconds that queues may take to drain.")
@click.option("--repair", is_flag=True, help="Send again what is missing, and mend figures.")
@with_json
def reconcile(*, wait: float, repair: bool, as_json: bool) -> None:
    """Compare what was sent with what arrived, and kept figures with their rows.

    The exit status is 0 only when nothing is missing or pending and no figure is wrong.
    """
    compare = partial(carry_out, "compare_events") if repair else compare_events
    result = compare(patience=wait, repair=repair)
    events = "{missing} missing, {pending} pending, {parked} parked, {repaired} sent again"
    figures = "{wrong_figures} figures mended" if repair else "{wrong_figures} wrong figures"
    answer(result, as_json=as_json, sentence=f"{events}, {figures}".format(**result))
    is_wrong = result["wrong_figures"] and not repair
    sys.exit(1 if result["missing"] or result["pending"] or is_wrong else 0)


@events.command("resync")
@click.argument("service")
@click.option("--source", default="", help="Ask only this producer.")
@with_json
def resync(service: str, source: str, as_json: bool) -> None:
    """Let SERVICE ask the others for their present state."""
    result = carry_out("ask_for_state", service=service, source=source)
    answer(result, as_json=as_json, sentence=f"{service} asked for {len(result['asked_for'])} kinds of events.")


@click.group()
def topology() -> None:
    """Exchanges, queues and bindings that follow from the subscriptions."""


@topology.command("print")
def print_topology() -> None:
    """Print the definitions for the broker, without users."""
    click.echo(json.dumps(definitions(topology_of_services()), indent=2, ensure_ascii=False))


@topology.command("apply")
@click.option("--management-url", required=True, envvar="SISE_RABBITMQ_MANAGEMENT_URL")
@click.option("--user", required=True, envvar="SISE_RABBITMQ_OPERATOR")
@click.option("--password", required=True, envvar="SISE_RABBITMQ_OPERATOR_PASSWORD")
def apply_topology(management_url: str, user: str, password: str) -> None:
    """Bring a running broker up to date, before new code starts."""
    from shared.bus.management import apply

    removed = apply(management_url, (user, password), document=definitions(topology_of_services()))
    click.echo("\n".join(["The broker is up to date.", *(f"removed: {binding}" for binding in removed)]))


def _chosen(service: str) -> list[str]:
    return [service] if service else service_names()


def _parked_rows(service: str) -> list[dict[str, Any]]:
    shown = ("id", "type", "source", "subject", "state", "waits_for", "attempts", "error", "first_at")
    with _database(service).reading() as session:
        found = parked_events.list_parked(session, limit=None)
    return [{"service": service} | {name: getattr(event, name) for name in shown} for event in found]


def _database(service: str) -> Database:
    return connect(settings_of(service).database_url)
