"""The one list of the full stack's processes, read from processes.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("processes.toml")


@dataclass(frozen=True)
class Role:
    """One role of one service, and so one process."""

    service: str
    role: str

    @property
    def name(self) -> str:
        """The name of the process, of its container and of its log."""
        return f"{self.service}-{self.role}"

    @property
    def listens(self) -> bool:
        """Whether the process answers requests."""
        return self.role != "worker"


def roles() -> list[Role]:
    """Return all processes in the order of their start."""
    return [Role(**entry) for entry in tomllib.loads(LIST.read_text("utf-8"))["process"]]
