"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.credit.rules.violations import catalogue

__all__ = ["catalogue", "check_tables"]


def check_tables() -> None:
    """Read every table once; raises ``UnusableTable`` when one cannot be followed."""
    catalogue()
