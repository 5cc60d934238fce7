"""Commands for the long run: the audit trail, the clock of a demonstration, the description of the API."""

import json
import re
import sys
from dataclasses import asdict

import click

from shared.cli.output import answer, with_json
from shared.database import connect
from shared.running.operations import carry_out, settings_of
from shared.security import chain
from shared.services import load, service_names

SPAN = re.compile(r"(\d+)([dhms])")
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@with_json
def verify(as_json: bool) -> None:
    """Prove that no entry of the audit trail was changed or removed; exit status 0 only then."""
    verdicts = {name: _verdict(name) for name in service_names()}
    is_valid = all(verdict.is_valid for verdict in verdicts.values())
    services = {name: {"valid": verdict.is_valid} | asdict(verdict) for name, verdict in verdicts.items()}
    sentence = "The audit trail is whole." if is_valid else "The audit trail was tampered with; see --json."
    answer({"valid": is_valid, "services": services}, as_json=as_json, sentence=sentence)
    sys.exit(0 if is_valid else 1)


@click.group()
def clock() -> None:
    """The clock of a home made for demonstration or test."""


@clock.command()
@click.argument("span")
@with_json
def advance(span: str, as_json: bool) -> None:
    """Move the clock forward by SPAN: 30d, 12h, 45m, or 1d12h."""
    parts = SPAN.findall(span)
    if not parts or "".join(f"{number}{unit}" for number, unit in parts) != span:
        raise click.BadParameter("write it like 30d, 12h, 45m or 1d12h", param_hint="SPAN")
    result = carry_out("advance_clock", seconds=sum(int(number) * SECONDS[unit] for number, unit in parts))
    answer(result, as_json=as_json, sentence=f"It is now {result['now']} in this home.")


@click.command()
@click.argument("service")
def openapi(service: str) -> None:
    """Print the OpenAPI document of one SERVICE."""
    app = load(service).create_app(settings_of(service))
    with app.app_context():
        document = app.view_functions["openapi"]()
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _verdict(service: str) -> chain.Verdict:
    settings = settings_of(service)
    return chain.verify(connect(settings.database_url), settings.secret_key)
