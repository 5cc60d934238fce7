"""Tables as files to download, written before they are sent, so that no open query follows a slow client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile
from typing import IO

from flask import Response, send_file

from shared.sheets import csv_lines, xlsx_file

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {"type": "string", "format": "binary"}


def csv_download(name: str, header: Sequence[str], *, rows: Iterable[Sequence[str]]) -> Response:
    """Return a CSV file (UTF-8 with mark, CRLF) that spreadsheets open and cannot be harmed by."""
    file = TemporaryFile()  # noqa: SIM115 - closed with the response
    for piece in csv_lines(header, rows):
        file.write(piece.encode())
    file.seek(0)
    return _download(file, name, CSV)


def xlsx_download(name: str, header: Sequence[str], *, rows: Iterable[Sequence[str]]) -> Response:
    """Return a workbook with one sheet."""
    return _download(xlsx_file(header, rows), name, XLSX)


def _download(file: IO[bytes], name: str, media_type: str) -> Response:
    return send_file(file, mimetype=media_type, as_attachment=True, download_name=name)
