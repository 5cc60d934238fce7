"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.permits.rules.committing import commitment_rules

__all__ = ["check_tables", "commitment_rules"]


def check_tables() -> None:
    """Read every table once; raises ``UnusableTable`` when one cannot be followed."""
    commitment_rules()
