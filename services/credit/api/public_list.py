"""public/list: the list of the severely untrustworthy for everybody, with a file and its dictionary."""

from typing import Any

from services.credit.api.acting import BINARY, CSV, csv_file
from services.credit.queries import public_list as reading
from services.credit.schemas.public_list import ListDictionary, PublicList, PublicListQuery
from services.credit.tables import listing_case
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, page, public_reads

blp = Blueprint("public_list", __name__, url_prefix="/api/v1/public", description="The list, for everybody")


@blp.route("/list", methods=["GET"])
@public_reads()
@blp.arguments(PublicListQuery, location="query")
@blp.response(200, PublicList)
def show_list(session: Session, query: dict[str, Any]) -> Any:
    """Who is on the list now, the newest first; whoever has left it is not shown any more."""
    wanted = reading.public_list(today=business_date(now()), q=query.pop("q").strip())
    rows, next_cursor = page(session, wanted, key=[listing_case.c.listing_id], descending=True, **query)
    return {"items": reading.public_entries(session, rows), "next_cursor": next_cursor}


@blp.route("/list/export.csv", methods=["GET"])
@public_reads()
@blp.response(200, BINARY, content_type=CSV)
def download_list(session: Session) -> Any:
    """The whole list as a file; the dictionary says what each column means."""
    rows = reading.public_rows(session, today=business_date(now()))
    return csv_file(rows, name="list", columns=reading.COLUMNS)


@blp.route("/list/dictionary", methods=["GET"])
@public_reads()
@blp.response(200, ListDictionary)
def show_dictionary(_session: Session) -> Any:
    """What each column of the file means."""
    return {"items": reading.dictionary()}
