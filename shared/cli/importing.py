"""Commands that bring enterprises in, through the same API that a user's browser uses."""

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from shared.cli.output import answer, with_json
from shared.running.client import ApiClient
from shared.running.home import find_running
from shared.settings import environment, home_of

DEMONSTRATION_SIZE = 2_000


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default="", help="Address of the gateway; default: the one that runs in SISE_HOME.")
@click.option("--username", default="admin", show_default=True)
@click.option("--password", envvar=["SISE_PASSWORD", "SISE_ADMIN_PASSWORD"], prompt=True, hide_input=True)
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@with_json
def import_file(file: Path, *, url: str, username: str, password: str, dry_run: bool, as_json: bool) -> None:
    """Import a register FILE (CSV or Excel); exit status 0 when it was read to its end."""
    client = ApiClient(url or _running_url(), username=username, password=password)
    result = import_with_progress(client, file, is_dry_run=dry_run, is_silent=as_json)
    counts = ", ".join(f"{result[name]} {name}" for name in ("accepted", "unchanged", "corrected", "refused"))
    answer(result, as_json=as_json, sentence=f"{result['rows']} rows: {counts} ({result['state']})")
    sys.exit(0 if result["state"] == "completed" else 1)


@click.command()
@click.option("--enterprises", default=DEMONSTRATION_SIZE, show_default=True)
@click.option("--port", type=int, help="Port of the gateway; default: SISE_PORT or 8000.")
def demo(enterprises: int, port: int | None) -> None:
    """Start everything in a home of its own and fill it with a generated district, marked as a demonstration."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = home_of({"SISE_HOME": ".sise-demo", **environment()})
    password = environment().get("SISE_ADMIN_PASSWORD") or _password_of(home)
    settings = {"SISE_HOME": str(home), "SISE_DEMO": "1", "SISE_ADMIN_PASSWORD": password}
    with _running_in(home, settings, port=port) as url:
        sign_in = partial(_signed_in, url, password)
        import_module("deploy.demonstration.filling").fill(sign_in, home, enterprises=enterprises, password=password)
        click.echo(f"Open {url} and sign in as admin with the password {password}")


def import_with_progress(
    client: ApiClient, file: Path, *, is_dry_run: bool = False, is_silent: bool = False
) -> dict[str, Any]:
    """Import a file behind a progress bar and return the last state of the import."""
    with Progress(transient=True, disable=is_silent) as progress:
        task = progress.add_task(f"Importing {file.name}", total=None)
        state: dict[str, Any] = {}
        for state in map(dict, client.import_register(file, is_dry_run=is_dry_run)):
            progress.update(task, completed=state.get("rows", 0), total=state.get("total") or None)
    return state


def _signed_in(url: str, password: str, username: str) -> ApiClient:
    return ApiClient(url, username=username, password=password)


@contextmanager
def _running_in(home: Path, settings: Mapping[str, str], *, port: int | None) -> Iterator[str]:
    """Give the address of what runs in ``home``; started here if nothing does, and then kept until it is stopped."""
    running = find_running(home)
    if running:
        yield running.url
        return
    command = [sys.argv[0], "run", *(("--port", str(port)) if port else ())]
    with subprocess.Popen(command, env={**environment(), **settings}) as child:  # noqa: S603 - our own program
        try:
            yield _wait_for(home, child)
            sys.exit(child.wait())
        except KeyboardInterrupt:
            click.echo("Stopping …")
        finally:
            child.terminate()


def _wait_for(home: Path, child: subprocess.Popen[bytes]) -> str:
    while child.poll() is None:
        running = find_running(home)
        if running:
            return running.url
        time.sleep(0.1)
    sys.exit(child.returncode)


def _running_url() -> str:
    home = home_of(environment())
    running = find_running(home)
    if running is None:
        raise click.ClickException(f"Nothing runs in {home}: start it with `sise run`, or name --url.")
    return running.url


def _password_of(home: Path) -> str:
    """Return the administrator's password of a demonstration home, generated the first time."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "demo-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12))
    return file.read_text()
