"""Reads the table of orders to stop work."""

from functools import cache

from services.permits.domain.stop_orders import STOP_ORDER_GUARDS, StopOrderRules
from shared.machines.reading import read_machine, rule_table


@cache
def stop_order_rules() -> StopOrderRules:
    """Return the way of an order in this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "stop_orders.toml")
    machine = read_machine(content, head="stop_orders", guards=STOP_ORDER_GUARDS)
    return StopOrderRules(machine, content["form"]["officer"], content["form"]["number"])
