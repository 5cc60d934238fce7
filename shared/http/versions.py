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
    """Check ``If-Match`` against ``version``; raises ``VersionRequired`` or ``VersionChanged``."""
    expected = request.headers.get("If-Match", "").strip()
    if not expected:
        raise VersionRequired("Send the ETag that you read in the header If-Match.")
    if expected != etag_of(version)["ETag"]:
        raise VersionChanged("Somebody has changed this meanwhile: read it again, then change it.")
