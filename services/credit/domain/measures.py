"""What follows from a listing, and whether it restricts or only advises: the legal gate (国办发〔2020〕49号)."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import Refused
from shared.machines import Source

RESTRICT, ADVISORY = "RESTRICT", "ADVISORY"
SUPERVISION = "SUPERVISION"


class PurposeUnknown(Refused):
    code = "check_purpose_unknown"


class PurposeNotGranted(Refused):
    status = 403
    code = "purpose_not_granted"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that follows; ``agency`` executes it (empty: the bureau and everybody)."""

    code: str
    zh: str
    en: str
    agency: str = ""
    basis_doc: str = ""
    basis_article: str = ""
    measure_list_version: str = ""

    @property
    def basis(self) -> str:
        """Return document and article in one line; empty without any."""
        return f"{self.basis_doc} {self.basis_article}".strip()

    @property
    def effect(self) -> str:
        """Return RESTRICT only with a document, an article and the edition of the national list of measures."""
        has_basis = self.basis_doc and self.basis_article and self.measure_list_version
        return RESTRICT if has_basis else ADVISORY


@dataclass(frozen=True, slots=True)
class Purpose:
    """For what somebody asks; ``code`` is that of the agency whose business it is."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class MeasureRules:
    """The measures of the order, those of other agencies, and the purposes."""

    list_code: str
    list_name: str
    order: str
    version: str
    source: Source
    measures: Mapping[str, Measure]
    restrictions: Mapping[str, Measure]
    purposes: Mapping[str, Purpose]

    def measures_for(self, purpose: str) -> tuple[Measure, ...]:
        """Return what somebody who asks for ``purpose`` has to do; the bureau sees everything."""
        everybodys = tuple(self.measures.values())
        if purpose == SUPERVISION:
            return everybodys + tuple(self.restrictions.values())
        return tuple(one for one in self.restrictions.values() if one.agency == purpose)

    def require_purpose(self, purpose: str, *, granted: frozenset[str] | None) -> Purpose:
        """Return a purpose; raises ``PurposeUnknown``, or ``PurposeNotGranted`` (``granted`` None: any)."""
        if purpose not in self.purposes:
            detail = "Say for which purpose you ask: one of the list."
            raise PurposeUnknown(detail, purpose=purpose, known=sorted(self.purposes))
        if granted is not None and purpose not in granted:
            detail = "The grant of your agency does not name this purpose: ask the bureau's administrator."
            raise PurposeNotGranted(detail, purpose=purpose)
        return self.purposes[purpose]
