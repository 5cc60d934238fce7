"""The command `sise`. Every command lives in a module of its own topic, which is imported only when it is used."""

from importlib import import_module

import click

from shared.database.faults import DATABASE_TROUBLE, Fault, fault_of
from shared.errors import SiseError
from shared.memory import keep_little
from shared.settings import BadSettings

UNPREPARED = {"3D000", "42P01"}  # no such database, no such table
PREPARE = "There is no prepared database yet. Run `sise migrate`, or start the system with `sise run`."
AWAY = "The database does not answer. Start it, or mend its address in the settings, then try again."
COMMANDS = {
    "run": "shared.cli.serving:run",
    "api": "shared.cli.serving:api",
    "worker": "shared.cli.serving:worker",
    "stream": "shared.cli.serving:stream",
    "migrate": "shared.cli.serving:migrate",
    "administrator": "shared.cli.serving:administrator",
    "parked": "shared.cli.events:parked",
    "events": "shared.cli.events:events",
    "topology": "shared.cli.events:topology",
    "audit": "shared.cli.upkeep:audit",
    "clock": "shared.cli.upkeep:clock",
    "openapi": "shared.cli.upkeep:openapi",
    "import": "shared.cli.importing:import_file",
    "demo": "shared.cli.importing:demo",
}


class _Commands(click.Group):
    """A group that knows its commands by name only, so that one costs no import of what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        keep_little()  # before a command loads the services
        try:
            return super().invoke(ctx)
        except SiseError as refusal:
            raise click.ClickException(refusal.detail) from refusal
        except BadSettings as problem:
            raise click.ClickException(str(problem)) from problem
        except DATABASE_TROUBLE as problem:
            cause = getattr(problem, "orig", problem)
            if getattr(cause, "sqlstate", "") in UNPREPARED or str(cause).startswith("no such table"):
                raise click.ClickException(PREPARE) from problem
            if fault_of(problem) is Fault.AWAY:
                raise click.ClickException(AWAY) from problem
            raise


@click.command(cls=_Commands)
@click.version_option(package_name="sise")
def main() -> None:
    """Sise: the work-safety supervision platform of a district emergency-management bureau.

    Exit status: 0 when all is well, 1 when the answer is no or something was refused, 2 when the command was
    not understood.
    """
