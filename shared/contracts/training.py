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
