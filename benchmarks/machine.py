"""Facts about the machine, without its name."""

import os
import platform
import re
import subprocess
from datetime import date
from pathlib import Path

from deploy.native.programs import find_binary


def machine_facts() -> list[str]:
    """Return the lines that stand above the table: when, on what, with which servers, how busy."""
    cores = os.cpu_count() or 1
    return [
        f"Date: {date.today().isoformat()}",
        f"Machine: {cores} × {_processor()}, {_memory()} GB memory, {platform.system()} {_kernel()}",
        f"Python {platform.python_version()}, PostgreSQL {_postgresql()}, RabbitMQ {_rabbitmq()}",
        f"Load of the last minute before the start: {os.getloadavg()[0]:.1f} (0 would be an idle machine)",
    ]


def _processor() -> str:
    names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return names[0] if names else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _kernel() -> str:
    return ".".join(platform.release().split(".")[:2])


def _postgresql() -> str:
    binary = find_binary("postgres", "/usr/lib/postgresql/*/bin", package="postgresql")
    printed = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    return printed.split()[2]


def _rabbitmq() -> str:
    folders = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"))
    return folders[-1].name.rpartition("-")[2] if folders else "?"
