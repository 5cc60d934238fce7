"""Photos belong to the enterprise whose work they show."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.permits.queries.enterprises import present_id
from shared.errors import Refused
from shared.work.attachments import attachment_by_id


class ForeignPhoto(Refused):
    code = "foreign_photo"


def check_photos(session: Session, attachment_ids: Sequence[str], *, owner: str, field: str = "photos") -> None:
    """Raise ``AttachmentUnknown``, or ``ForeignPhoto`` for a photo of another enterprise; ``field`` names them."""
    present = present_id(session, owner)
    for attachment_id in attachment_ids:
        if present_id(session, attachment_by_id(session, attachment_id).owner) != present:
            sentence = "This photo belongs to another enterprise: attach one of this."
            raise ForeignPhoto(sentence, field=field, id=attachment_id)
