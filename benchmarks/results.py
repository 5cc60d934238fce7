"""What a measurement leaves behind, and the document that is made of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

HEADER = ("Part", "Work", "Target", "Measured", "Verdict")


class Verdict(StrEnum):
    MET = "met"
    MISSED = "**missed**"
    COMPARISON = "for comparison"
    NOT_MEASURED = "**not measured**"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    part: str
    work: str
    target: str
    measured: str
    verdict: Verdict


@dataclass(frozen=True)
class Profile:
    """Where the time of one measurement went; `text` is printed as it is."""

    title: str
    text: str


@dataclass
class Report:
    """Everything that one part found out."""

    part: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)

    def at_least(self, work: str, value: float, target: float, *, unit: str) -> bool:
        """Add a row whose value should not be smaller than the target; return whether it is met."""
        return self._judge(work, value >= target, f"≥ {number(target)}{unit}", f"{number(value)}{unit}")

    def at_most(self, work: str, value: float, target: float, *, unit: str) -> bool:
        """Add a row whose value should not be greater than the target; return whether it is met."""
        return self._judge(work, value <= target, f"≤ {number(target)}{unit}", f"{number(value)}{unit}")

    def compare(self, work: str, measured: str) -> None:
        """Add a row without a target."""
        self.rows.append(Row(self.part, work, "", measured, Verdict.COMPARISON))

    def failed(self, why: str) -> None:
        """Add a row for something that could not be measured."""
        self.rows.append(Row(self.part, why, "", "", Verdict.NOT_MEASURED))

    @property
    def has_missed(self) -> bool:
        return any(row.verdict is Verdict.MISSED for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Report":
        """Return the report that `to_json` made the values of."""
        rows = [Row(**row | {"verdict": Verdict(row["verdict"])}) for row in values["rows"]]
        profiles = [Profile(**profile) for profile in values["profiles"]]
        return cls(values["part"], rows, values["notes"], profiles)

    def _judge(self, work: str, is_met: bool, target: str, measured: str) -> bool:
        self.rows.append(Row(self.part, work, target, measured, Verdict.MET if is_met else Verdict.MISSED))
        return is_met


def number(value: float) -> str:
    """Return a number as people read it: three digits that count, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table of Markdown."""
    cells = [HEADER, ("---",) * len(HEADER), *((r.part, r.work, r.target, r.measured, r.verdict) for r in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def document(reports: Sequence[Report], *, machine: Sequence[str]) -> str:
    """Return the whole text of RESULTS.md."""
    rows = [row for report in reports for row in report.rows]
    parts = ["# Results", "", "Written by `make bench`. What is measured and how: `benchmarks/README.md`.", ""]
    parts += [f"- {fact}" for fact in machine]
    parts += ["", table(rows), ""]
    for report in reports:
        parts += _section(report)
    return "\n".join(parts)


def _section(report: Report) -> list[str]:
    if not report.notes and not report.profiles:
        return []
    lines = [f"## {report.part}", ""]
    lines += [f"- {note}" for note in report.notes] + [""] * bool(report.notes)
    for profile in report.profiles:
        lines += [f"### {profile.title}", "", "```", profile.text, "```", ""]
    return lines
