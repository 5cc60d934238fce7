"""Certificates of the own enterprise as a file: handed out with everybody in it, and taken in again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, request
from flask_babel import gettext

from services.gateway.pages import own_api, viewer
from services.gateway.pages.access import page
from services.gateway.pages.certificates import PEOPLE, certificate_list, kinds_by_id, names_of, post_titles
from services.gateway.pages.forms import refusal_of
from services.gateway.pages.site import site
from shared.sheets import csv_lines

CSV, FILE_NAME = "text/csv", "certificates.csv"
LARGEST = 3 << 20
Document = dict[str, Any]


@site.get("/certificates/file.csv")
@page("certificate:write")
def certificate_file() -> Response:
    """Hand out everybody with the certificates that count, and a row to fill in for who has none."""
    columns = own_api.read(f"{PEOPLE}/table")["columns"]
    people = [_told(one) for one in own_api.read_all(PEOPLE, {"enterprise_id": _own()})]
    header = [columns["person_id"], gettext("permit.person"), gettext("members.post"), *list(columns.values())[1:]]
    names, posts = names_of(_own()), post_titles()
    for one in people:
        one["called"] = [names.get(one["person_id"], ""), " ".join(posts.get(post, post) for post in one["posts"])]
    text = "".join(csv_lines(header, rows_of(people, list(columns)[1:])))
    disposition = {"Content-Disposition": f"attachment; filename={FILE_NAME}"}
    return Response(text.encode(), mimetype=CSV, headers=disposition)


@site.post("/certificates/file")
@page("certificate:write")
def take_certificate_file() -> str:
    """Take a file in, and draw what became of its rows above the list."""
    request.max_content_length = LARGEST
    file = request.files.get("file")
    sent = {"file": (file.stream, file.filename or FILE_NAME)} if file and file.filename else {}
    try:
        result = own_api.send_form("permits/certificates/import", {"enterprise_id": _own(), **sent})
    except own_api.Refusal as refusal:
        return certificate_list(_own(), refusal=refusal_of(refusal))
    return certificate_list(_own(), result=result)


def rows_of(people: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[list[str]]:
    """Yield a row for each certificate of ``people``, and one to fill in for somebody without any."""
    for one in people:
        held = [[str(row[name] or "") for name in columns] for row in one["certificates"]]
        for cells in held or [[""] * len(columns)]:
            yield [one["person_id"], *one["called"], *cells]


def _told(one: Mapping[str, Any]) -> Document:
    """Return somebody with the certificates that have not ended, their kinds in words."""
    kinds = kinds_by_id()
    counting = [row for row in one["certificates"] if row["state"] != "ended"]
    return {**one, "certificates": [{**row, "kind": kinds[row["kind"]]["zh"]} for row in counting]}


def _own() -> str:
    someone = viewer.current()
    return someone.enterprise_id if someone else ""
