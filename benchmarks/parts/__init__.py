"""The parts of the benchmark, one module each with a function `measure(setting) -> Report`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """`minutes` is how long the part may take before it is stopped."""

    name: str
    title: str
    module: str
    minutes: float


PARTS = {
    part.name: part
    for part in (
        Part("P1", "a city's business register, from upload to map, and an alarm meanwhile", "whole_city", 15),
        Part("P2", "event delivery, beside its peers", "delivery", 20),
        Part("P3", "one event on an idle system", "latency", 5),
        Part("P6", "everybody simulated under a new policy, then graded anew", "regrading", 30),
        Part("P7", "checks by agencies: one code, a thousand, and many at once", "credit_checks", 10),
        Part("P11", "lists and boards over a million checks and 200,000 hazards", "closed_loop", 15),
        Part("P12", "5,000 daily commitments in the minutes before the hour, 2,000 permits' clocks", "commitments", 20),
        Part("P9", "start of the embedded system", "start_up", 5),
    )
}
