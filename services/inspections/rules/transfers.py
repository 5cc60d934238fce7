"""Reads the table of transfers."""

from functools import cache

from services.inspections.domain.transfers import TRANSFER_GUARDS, TransferRules
from services.inspections.rules.reading import table
from shared.machines.reading import due_of, read_machine


@cache
def transfer_rules() -> TransferRules:
    """Return the way of a transfer in this release; raises ``UnusableTable``."""
    content = table("transfers.toml")
    limits = {name: due_of(row) for name, row in content["limits"].items()}
    return TransferRules(read_machine(content, head="transfers", guards=TRANSFER_GUARDS), **limits)
