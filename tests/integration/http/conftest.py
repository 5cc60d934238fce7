"""A small service on the real chassis: a shelf of books with every kind of route."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from marshmallow import fields, validate
from sqlalchemy import Column, Integer, Table, Text, insert, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from shared.database import Database, Id, Session, service_metadata
from shared.errors import NotFound, SiseError
from shared.http import (
    MEGABYTE,
    Blueprint,
    PageQuery,
    Schema,
    audit_note,
    etag_of,
    make_app,
    page,
    public_reads,
    public_writes,
    reads,
    require_version,
    writes,
)
from shared.ids import new_id
from tests.support.callers import Signer, service_settings

metadata = service_metadata()
book = Table(
    "book",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
blp = Blueprint("shelf", __name__, url_prefix="/api/v1/shelf")


class BookNotFound(NotFound):
    code = "book_not_found"


class WrongWord(SiseError):
    status = 401
    code = "wrong_word"
    keeps_changes = True


class BookBody(Schema):
    title = fields.String(required=True, validate=validate.Length(1, 100))


class BookOut(Schema):
    id = fields.String()
    title = fields.String()
    version = fields.Integer()


class BookPage(Schema):
    items = fields.List(fields.Nested(BookOut))
    next_cursor = fields.String(allow_none=True)


@blp.route("/books", methods=["GET"])
@reads("book:read")
@blp.arguments(PageQuery, location="query")
@blp.response(200, BookPage)
def list_books(session: Session, query: dict[str, Any]) -> Any:
    rows, following = page(session, select(book), key=[book.c.title, book.c.id], **query)
    return {"items": rows, "next_cursor": following}


@blp.route("/books", methods=["POST"])
@writes("book:write")
@blp.arguments(BookBody)
@blp.response(201, BookOut)
def create_book(session: Session, body: dict[str, Any]) -> Any:
    row = {"id": new_id(), "title": body["title"], "version": 1}
    session.execute(insert(book), row)
    audit_note(session, entity=f"book:{row['id']}", after=row)
    return row, 201, etag_of(1)


@blp.route("/books/<id:book_id>", methods=["PATCH"])
@writes("book:write")
@blp.arguments(BookBody)
@blp.response(200, BookOut)
def change_book(session: Session, body: dict[str, Any], book_id: str) -> Any:
    found = session.execute(select(book).where(book.c.id == book_id)).one_or_none()
    if found is None:
        raise BookNotFound("No such book.")
    require_version(found.version)
    changed = {"title": body["title"], "version": found.version + 1}
    session.execute(update(book).where(book.c.id == book_id).values(**changed))
    return {"id": book_id, **changed}, 200, etag_of(changed["version"])


@blp.route("/covers", methods=["POST"])
@writes("book:write", body_limit=3 * MEGABYTE)
@blp.response(200)
def upload_cover(session: Session) -> Any:
    session.execute(insert(book), {"id": new_id(), "title": "cover", "version": 1})
    return {"size": len(request.files["file"].read())}


@blp.route("/broken", methods=["GET"])
@public_reads()
@blp.response(200)
def broken(session: Session) -> Any:
    raise RuntimeError("a bug")


@blp.route("/word", methods=["POST"])
@public_writes()
@blp.response(200)
def say_word(session: Session) -> Any:
    session.execute(insert(book), {"id": new_id(), "title": "attempt", "version": 1})
    audit_note(session, entity="word:1", subject="somebody")
    raise WrongWord("That is not the word.")


def upload_of(content: bytes) -> dict[str, Any]:
    """Return the arguments of a test client's multipart request with one file."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), "cover.png")})
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Iterator[Database]:
    opened = open_database("registry")
    metadata.create_all(opened.engine)
    yield opened
    metadata.drop_all(opened.engine)  # a database that has other tables is not brought back but made anew


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    settings = service_settings(home=tmp_path, service="registry", database_url=database.url)
    return make_app(settings, database, blueprints=[blp])


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def client(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=["book:read", "book:write"])
