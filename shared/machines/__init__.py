"""State machines as data: a table says which event leads from where to where, under which guards, with which source.

It holds no rule of any topic: states, rows and numbers stand in the ``rules`` of a service, its guards in the
``domain``. ``reading`` turns a table into a ``Machine`` and refuses one that cannot be followed exactly, which costs
a process its start rather than somebody a wrong step.
"""

from shared.machines.machine import (
    STATUSES,
    Due,
    Machine,
    NotAllowed,
    Source,
    State,
    Step,
    StepNotPossible,
    Transition,
    UnusableTable,
    clock_step,
    end_of,
    is_possible,
    require,
    require_all,
)

__all__ = [
    "STATUSES",
    "Due",
    "Machine",
    "NotAllowed",
    "Source",
    "State",
    "Step",
    "StepNotPossible",
    "Transition",
    "UnusableTable",
    "clock_step",
    "end_of",
    "is_possible",
    "require",
    "require_all",
]
