"""The files that pages load: all of a release lie below one address, which changes when any of them does.

Scripts import each other by relative addresses, so what a page of a release loads is of that release throughout, and a
browser keeps all of it for good.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from posixpath import normpath

from flask import Response, request, send_from_directory

STATIC = Path(__file__).resolve().parent.parent / "static"
OK = 200
KEPT = "private, max-age=31536000, immutable"


@cache
def release() -> str:
    """Return a digest of all files, alike on every machine; what a phone keeps of an earlier release is of no use."""
    total = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        total.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:12]


@cache
def asset(name: str) -> str:
    """Return the address of a file of this release."""
    return f"/static/{release()}/{name}"


def asset_file(version: str, name: str) -> Response:
    """Answer a file, packed for who can unpack it; one that another release asks for is not to be kept."""
    response = send_from_directory(STATIC, name)
    response.headers["Cache-Control"] = KEPT if version == release() else "no-cache"
    response.vary.add("Accept-Encoding")
    if response.status_code == OK and request.accept_encodings["gzip"] > 0:
        response.close()
        response.set_data(_packed(normpath(name)))
        response.content_encoding = "gzip"
        del response.headers["ETag"]  # it names the bytes of the file as it is
    return response


@cache
def _packed(name: str) -> bytes:
    """Return a file as gzip: a quarter of all of them together, for phones far out."""
    return gzip.compress((STATIC / name).read_bytes())
