"""What training tells: who may do what, and whether an enterprise trains whom it must."""

from dataclasses import dataclass

from shared.contracts import Kind, event


@event("training.training_compliance_changed.v1", kind=Kind.FACT, subject="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingComplianceChanged:
    """Whether everybody whom an enterprise must train is trained; ``missing`` counts persons."""

    enterprise_id: str
    is_compliant: bool
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateState:
    """A certificate as it is now: ids, kind and ISO days, no name and no number; empty days are not laid down.

    ``valid_to`` and ``review_by`` are the last days on which it counts.
    """

    certificate_id: str
    enterprise_id: str
    person_id: str
    certificate: str
    valid_from: str
    valid_to: str = ""
    review_by: str = ""
    category: str = ""
    authority: str = ""


@event("training.certificate_issued.v1", kind=Kind.FACT, subject="certificate_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued(CertificateState):
    """Somebody got a certificate, or one was reviewed or corrected."""


@event("training.certificate_expiring.v1", kind=Kind.FACT, subject="certificate_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateExpiring(CertificateState):
    """A certificate ends soon, or its review is due soon."""


@event("training.certificate_expired.v1", kind=Kind.FACT, subject="certificate_id", partition="enterprise_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateExpired(CertificateState):
    """A certificate counts no more from the ISO day ``expired_on`` on: its end or its review has passed."""

    expired_on: str
