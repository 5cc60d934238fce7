"""The way of a task: who may lead it on, when it is due, what happens around that moment, where it escalates to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.inspections.domain.machines import Step, end_of
from services.inspections.domain.task_facts import MovedTask, Task, TaskLook, TaskRules
from services.inspections.domain.task_guards import TASK_GUARDS
from shared.calendar import add_working_days
from shared.clock import business_date


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: so many calendar days before (negative) or working days after the due moment."""

    id: str
    days: int
    act: str
    whom: str

    def moment(self, due_at: datetime) -> datetime:
        """Return when the rung is reached; after the due moment with the end of that working day."""
        if self.days <= 0:
            return due_at + timedelta(days=self.days)
        last_day = business_date(due_at - timedelta(microseconds=1))
        return end_of(add_working_days(last_day, self.days))


def next_rung(ladder: Sequence[Rung], due_at: datetime, *, climbed: int) -> tuple[datetime, Rung] | None:
    """Return when which rung comes after the first ``climbed`` ones; None at the top."""
    if climbed >= len(ladder):
        return None
    return ladder[climbed].moment(due_at), ladder[climbed]


def take_task_step(rules: TaskRules, task: Task, *, step: Step) -> MovedTask:
    """Return the task after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed`` (§7.2)."""
    transition = rules.machine.transition(task.state, step.event)
    look = TaskLook(rules, task, step)
    for guard in transition.guards:
        TASK_GUARDS[guard](look)
    changes = _CHANGES[step.event](look) if step.event in _CHANGES else {}
    return MovedTask(replace(task, state=transition.to or task.state, **changes), transition)


def escalated_tier(escalations: Mapping[tuple[int, str], int], *, tier: int, cause: str) -> int:
    """Return the tier to which a result of ``tier`` goes because of ``cause``; the same tier when it stays (§7.1)."""
    return escalations.get((tier, cause), tier)


_CHANGES: Mapping[str, Callable[[TaskLook], dict[str, Any]]] = {
    "assign": lambda look: {"owner": look.given["owner"]},
    "overdue": lambda look: {"is_overdue": True},
}
