"""Optimistic locking over HTTP: the version of an entity is its ETag, a change names the one it saw."""

from flask import request

from shared.errors import SiseError


class VersionRequired(SiseError):
    """The change does not say which version it is based on."""

    status = 428
    code = "version_required"


class VersionChanged(SiseError):
    """Somebody else has changed the entity meanwhile."""

    status = 412
    code = "version_changed"


def etag_of(version: int) -> dict[str, str]:
    """Return the header of a response that carries ``version``: ``{"ETag": '"7"'}``."""
    return {"ETag": f'"{version}"'}


def require_version(version: int) -> None:
    """Check ``If-Match`` against ``version``; raises ``VersionRequired`` or ``VersionChanged``.

    One of several tags may fit, also the bare number of ``version`` in a document; ``*`` names none.
    """
    named = request.if_match
    if not named or named.star_tag:
        raise VersionRequired("Send the ETag that you read in the header If-Match.")
    if not named.is_strong(str(version)):
        raise VersionChanged("Somebody has changed this meanwhile: read it again, then change it.")
