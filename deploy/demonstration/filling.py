"""Fills an empty home with a generated district and two months of its life; each step says what it brought."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from click import echo

from deploy.demonstration.checks import Life, check_for_a_month
from deploy.demonstration.lists import accepted_of, load_lists
from deploy.demonstration.month import live_through_month
from deploy.demonstration.register import write_register
from deploy.demonstration.sandbox import make_sandbox
from deploy.demonstration.work_day import live_through_morning
from shared.cli.importing import import_with_progress
from shared.clock import Clock, business_date
from shared.running.client import ApiClient

UNFINISHED = "demonstration-unfinished"  # a file in the home from the first step to the end of the last one


def fill(sign_in: Callable[[str], ApiClient], home: Path, *, enterprises: int, password: str) -> None:
    """Fill ``home``, in which ``sign_in`` gives a client for a user name, unless there are enterprises in it.

    A home that was not filled to its end says so, at once and at each later start.
    """
    client, unfinished = sign_in("admin"), home / UNFINISHED
    try:
        if not client.call("GET", "registry/enterprises", params={"limit": 1})["items"]:
            unfinished.touch()
            clock = Clock(home, movable=True)
            _import_generated(client, enterprises)
            _load_lists(client, enterprises, password=password)
            _open_sandbox(client, password=password)
            _live_through_months(Life(sign_in, password, clock.now, clock.advance))
            unfinished.unlink()
    finally:
        if unfinished.exists():
            echo(f"The demonstration was not filled to its end: remove {home} and start again.", err=True)


def _import_generated(client: ApiClient, enterprises: int) -> None:
    with TemporaryDirectory() as folder:
        file = write_register(Path(folder) / "demonstration.csv", enterprises)
        accepted = accepted_of(import_with_progress(client, file), what="enterprises")
    echo(f"{accepted} generated enterprises imported; every name carries the mark （演示）.")


def _load_lists(client: ApiClient, enterprises: int, *, password: str) -> None:
    accepted = load_lists(client, enterprises, password=password, today=business_date(Clock().now()))
    echo(", ".join(f"{count} {kind}" for kind, count in accepted.items()) + " imported.")
    people = "demo-leader, demo-officer, demo-street-001, demo-grid-001, demo-firm …"
    echo(f"Everybody of the demonstration ({people}) has the password of admin.")


def _open_sandbox(client: ApiClient, *, password: str) -> None:
    division = client.call("GET", "identity/me")["divisions"][0]
    opened = make_sandbox(client, division=division, password=password)
    if opened:
        echo("Sandbox client for the API (shown only now): id {}, secret {}".format(*opened))


def _live_through_months(life: Life) -> None:
    echo("Four weeks pass …")
    count = live_through_month(life.sign_in, now=life.now, advance=life.advance)
    echo(f"{count} enterprises surveyed in four weeks; the clock shows {business_date(life.now())}.")
    count = check_for_a_month(life)
    echo(f"{count} enterprises checked themselves in a month; the clock shows {business_date(life.now())}.")
    counts = ", ".join(f"{count} {kind}" for kind, count in live_through_morning(life).items())
    echo(f"A morning with hazardous work: {counts} (demo-plant-1-foreman, demo-plant-1-principal …).")
