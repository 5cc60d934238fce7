"""Evidence that a step names has to be there, and to belong to the same enterprise."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shared.errors import Refused
from shared.work.attachments import attachment_by_id


class ForeignEvidence(Refused):
    code = "foreign_evidence"


def check_evidence(session: Session, attachment_ids: Sequence[str], *, owner: str) -> None:
    """Raise ``AttachmentUnknown``, or ``ForeignEvidence`` for a photo of another enterprise."""
    for attachment_id in attachment_ids:
        if attachment_by_id(session, attachment_id).owner != owner:
            raise ForeignEvidence("This photo belongs to another enterprise: attach one of this.", id=attachment_id)
