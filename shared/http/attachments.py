"""Attachments on their way to a browser: never run, never guessed at, never kept by others."""

from flask import Response
from sqlalchemy.orm import Session

from shared.work.attachments import Attachment, content_of

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=31536000, immutable",
}


def attachment_response(session: Session, kept: Attachment) -> Response:
    """Return the bytes of an attachment; the caller has made sure that its owner may be seen."""
    response = Response(b"".join(content_of(session, kept)), mimetype=kept.media_type, headers=_SAFE)
    response.headers["Content-Disposition"] = f'inline; filename="{kept.sha256[:16]}"'
    return response
