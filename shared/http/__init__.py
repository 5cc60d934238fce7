"""The HTTP side of every service: one way to build an application, to guard a route, to fail."""

from shared.http.access import MEGABYTE, public_reads, public_writes, reads, writes
from shared.http.app import make_app
from shared.http.chassis import now, principal
from shared.http.documents import Blueprint, Schema
from shared.http.given import as_text
from shared.http.paging import Page, PageQuery, listed, page, paging_of
from shared.http.versions import etag_of, require_version
from shared.security.audit import audit_note

__all__ = [
    "MEGABYTE",
    "Blueprint",
    "Page",
    "PageQuery",
    "Schema",
    "as_text",
    "audit_note",
    "etag_of",
    "listed",
    "make_app",
    "now",
    "page",
    "paging_of",
    "principal",
    "public_reads",
    "public_writes",
    "reads",
    "require_version",
    "writes",
]
