"""Commands that serve: everything in one process, or one role of one service."""

from pathlib import Path

import click

from shared.settings import environment, home_of

SERVICE = click.argument("service")
BIND = click.option("--bind", default="127.0.0.1:8001", show_default=True, help="Address to listen on, host:port.")
PROCESSES = click.option("--processes", default=1, show_default=True, help="Processes that answer requests.")


@click.command()
@click.option("--port", type=int, help="Port of the gateway; default: SISE_PORT or 8000.")
@click.option("--lan", is_flag=True, help="Serve HTTPS on the local network too, and show a code for phones.")
def run(port: int | None, lan: bool) -> None:
    """Start everything in one process, with SQLite files and without any server."""
    from shared.lan.serving import find_lan
    from shared.logs import configure_logs
    from shared.running.embedded import EmbeddedRun, log_to_file
    from shared.running.working import end_on_signal

    variables = environment()
    home = home_of(variables)
    # The log goes to the home, so that the terminal stays readable.
    configure_logs(level=variables.get("SISE_LOG_LEVEL", "INFO"), handler=log_to_file(home))
    ended = end_on_signal()
    local = find_lan(variables) if lan else None
    everything = EmbeddedRun(variables, port=port, lan=local)
    running, first_start = everything.start()
    click.echo(first_start.sentence, nl=bool(first_start.sentence))
    click.echo(f"Sise is ready on {running.url} (data and log: {home}; stop with Ctrl-C)")
    if local:
        _invite_phones(local.url, home)
    ended.wait()
    everything.stop()


def _invite_phones(url: str, home: Path) -> None:
    """Show the code that opens ``url`` on a phone, and what the phone will say about the certificate."""
    import segno

    from shared.lan.certificate import CERTIFICATE, fingerprint

    segno.make(url, error="m").terminal(compact=True)
    click.echo(f"Open on a phone in the same network: {url}")
    click.echo(f"The phone asks whether to trust it; compare the fingerprint: {fingerprint(home / CERTIFICATE)}")


@click.command()
@SERVICE
@BIND
@PROCESSES
@click.option("--threads", default=8, show_default=True, help="Threads of each process.")
def api(service: str, bind: str, processes: int, threads: int) -> None:
    """Serve the HTTP side of one SERVICE."""
    from shared.running.serving import serve_api

    serve_api(service, environment(), bind=bind, processes=processes, threads=threads)


@click.command()
@SERVICE
@BIND
@PROCESSES
def stream(service: str, bind: str, processes: int) -> None:
    """Serve the HTTP side of one SERVICE to clients that stay connected."""
    from shared.running.serving import serve_stream

    serve_stream(service, environment(), bind=bind, processes=processes)


@click.command()
@SERVICE
@click.option("--only", multiple=True, help="Run only these loops: relay, consume, timers, jobs.")
@click.option("--metrics", default="", help="Address for Prometheus, host:port; default: none.")
def worker(service: str, only: tuple[str, ...], metrics: str) -> None:
    """Run the message side of one SERVICE: events, timers and jobs."""
    from shared.running.working import run_worker

    run_worker(service, environment(), only=only, metrics=metrics)


@click.command()
@SERVICE
def migrate(service: str) -> None:
    """Bring the database of SERVICE, or of `all`, to the newest revision."""
    from shared.database import connect
    from shared.database.migrate import migrate as upgrade
    from shared.running.operations import settings_of
    from shared.services import service_names

    for name in service_names() if service == "all" else [service]:
        upgrade(connect(settings_of(name).database_url), name)
        click.echo(f"{name}: up to date")


@click.command()
def administrator() -> None:
    """Create the administrator, unless there is one, and print the password once."""
    from shared.running.first_start import ensure_administrator

    click.echo(ensure_administrator(environment()).sentence or "There is an administrator already.")
