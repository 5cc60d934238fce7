"""Fills an empty home with a generated district and two months of its life, and says how far it is."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from click import echo

from deploy.demonstration.checks import Life, check_for_a_month
from deploy.demonstration.credit import LISTED_FIRM, CreditRecord
from deploy.demonstration.lists import accepted_of, load_lists
from deploy.demonstration.month import live_through_month
from deploy.demonstration.register import write_register
from deploy.demonstration.sandbox import make_sandbox
from deploy.demonstration.work_day import live_through_morning
from shared.cli.importing import import_with_progress
from shared.clock import Clock, business_date
from shared.errors import SiseError
from shared.running.client import ApiClient

UNFINISHED = "demonstration-unfinished"  # a file in the home that names the present step, until the last has ended


def fill(sign_in: Callable[[str], ApiClient], home: Path, *, enterprises: int, password: str) -> None:
    """Fill ``home``, in which ``sign_in`` gives a client for a user name, unless there are enterprises in it.

    What goes wrong is said at once; a home that was not filled to its end says where it stopped, also at a later start.
    """
    client, clock, unfinished = sign_in("admin"), Clock(home, movable=True), home / UNFINISHED
    life = Life(sign_in, password, clock.now, clock.advance)
    try:
        if not client.call("GET", "registry/enterprises", params={"limit": 1})["items"]:
            for name, act in _steps(client, life, enterprises).items():
                unfinished.write_text(name)
                echo(f"{name} …")
                echo(act())
            unfinished.unlink()
    except SiseError as refusal:
        echo(refusal.detail, err=True)  # now: the command ends with it when the system has been stopped
        raise
    finally:
        if unfinished.exists():
            step = unfinished.read_text()
            echo(f"The demonstration stopped at “{step}” and is not whole: remove {home} and start again.", err=True)


def _steps(client: ApiClient, life: Life, enterprises: int) -> dict[str, Callable[[], str]]:
    """Return what is done one after the other, by its name; each returns what it brought."""
    record = CreditRecord(life)
    return {
        "Enterprises": lambda: _import_generated(client, enterprises),
        "Lists and accounts": lambda: _load_lists(client, enterprises, password=life.password),
        "Sandbox": lambda: _open_sandbox(client, password=life.password),
        "Four weeks": lambda: _live_through_weeks(life),
        "A credit record": lambda: _begin_record(record),
        "A month of self-checks": lambda: _live_through_checks(life),
        "The credit record a month later": lambda: _go_on_with_record(record),
        "A morning": lambda: _live_through_morning(life),
    }


def _import_generated(client: ApiClient, enterprises: int) -> str:
    with TemporaryDirectory() as folder:
        file = write_register(Path(folder) / "demonstration.csv", enterprises)
        accepted = accepted_of(import_with_progress(client, file), what="enterprises")
    return f"{accepted} generated enterprises imported; every name carries the mark （演示）."


def _load_lists(client: ApiClient, enterprises: int, *, password: str) -> str:
    accepted = load_lists(client, enterprises, password=password, today=business_date(Clock().now()))
    people = "demo-leader, demo-officer, demo-street-001, demo-grid-001, demo-firm …"
    return f"{_counted(accepted)} imported.\nEverybody of the demonstration ({people}) has the password of admin."


def _open_sandbox(client: ApiClient, *, password: str) -> str:
    division = client.call("GET", "identity/me")["divisions"][0]
    opened = make_sandbox(client, division=division, password=password)
    if not opened:
        return "The sandbox is there already."
    return "Sandbox client for the API (shown only now): id {}, secret {}".format(*opened)


def _live_through_weeks(life: Life) -> str:
    count = live_through_month(life.sign_in, now=life.now, advance=life.advance)
    return f"{count} enterprises surveyed in four weeks; the clock shows {business_date(life.now())}."


def _begin_record(record: CreditRecord) -> str:
    return f"{_counted(record.begin())} (demo-officer, demo-leader, demo-clerk; the firm on the list: {LISTED_FIRM})."


def _go_on_with_record(record: CreditRecord) -> str:
    return f"{_counted(record.go_on())} more; what is due then waits for demo-officer and demo-leader."


def _live_through_checks(life: Life) -> str:
    count = check_for_a_month(life)
    return f"{count} enterprises checked themselves in a month; the clock shows {business_date(life.now())}."


def _live_through_morning(life: Life) -> str:
    counts = _counted(live_through_morning(life))
    return f"A morning with hazardous work: {counts} (demo-plant-1-foreman, demo-plant-1-principal …)."


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind.removesuffix('s') if count == 1 else kind}" for kind, count in counts.items())
