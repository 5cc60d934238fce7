"""CSV as it really arrives: any encoding of China, any delimiter, broken quotes and characters, endless lines."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from shared.sheets.rows import FileUnreadable, SheetRow

_SAMPLE = 1 << 20
_DELIMITERS = ",\t;|"
_LONGEST_LINE = 1 << 16
_LINE_ENDS = ("\n", "\r")
_BROKEN = "\ufffd"
_SHOWN = 100  # characters of an endless line
_MOST_LINES = 50  # of one quoted cell; a quote that is open longer was never meant as one
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def delimited_rows(stream: BinaryIO) -> tuple[str, Iterator[SheetRow]]:
    """Return a description ("csv gb18030") and the rows of a delimited text; bytes that fit no character
    become U+FFFD and spoil the row that holds them, no other."""
    sample = stream.read(_SAMPLE)
    stream.seek(0)
    encoding = encoding_of(sample)
    text = sample.decode(encoding, "replace")
    if text.count("\0") > 0:
        raise FileUnreadable("file_binary", "This is not a table: send CSV or XLSX.")
    lines = _Lines(TextIOWrapper(stream, encoding, errors="replace", newline=""))
    return f"csv {encoding}", _rows(lines, delimiter_of(text))


def encoding_of(sample: bytes) -> str:
    """Return the encoding of the beginning of a file: by its mark, by zero bytes, UTF-8 if most of it is, else GB18030.

    Text in GB18030 read as UTF-8 is nearly all broken, so a few broken characters in UTF-8 do not deceive.
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    zeros = sample[:4096].count(0), sample[1:4096:2].count(0)
    if zeros[0] > len(sample[:4096]) // 8:
        return "utf-16-le" if zeros[1] * 2 > zeros[0] else "utf-16-be"
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)  # the last character may be cut
    broken, foreign = text.count(_BROKEN), len(text) - len(text.encode("ascii", "ignore"))
    return "utf-8" if broken * 2 <= foreign else "gb18030"


def delimiter_of(text: str) -> str:
    """Return the delimiter that occurs most in the first line, comma when none does."""
    first = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


class _Lines:
    """Physical lines with a memory of those that the current record has used, so that they can be read again."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.used: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.used) >= _MOST_LINES or not (line := self._read()):
            raise StopIteration
        self.used.append(line)
        return line

    def give_back(self) -> str:
        """Return the first used line and put the others back."""
        first, *rest = self.used
        self._again.extendleft(reversed(rest))
        return first

    def skip_line(self) -> None:
        """Read on to the end of a line that was cut."""
        while (piece := self._read()) and not piece.endswith(_LINE_ENDS):
            pass

    def _read(self) -> str:
        return self._again.popleft() if self._again else self._stream.readline(_LONGEST_LINE)


def _rows(lines: _Lines, delimiter: str) -> Iterator[SheetRow]:
    number = 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.used.clear()
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _row_in_spite_of_quotes(lines, number, delimiter)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        is_whole = len(lines.used) > 1 or not _is_cut(lines.used[0])
        yield SheetRow(number, cells, _problem_of(cells)) if is_whole else _cut_row(lines, number)


def _row_in_spite_of_quotes(lines: _Lines, number: int, delimiter: str) -> SheetRow:
    """Return the first line by itself, so that an unclosed quote never swallows the rows below it."""
    line = lines.give_back()
    if _is_cut(line):
        return _cut_row(lines, number)
    cells = next(csv.reader([line], delimiter=delimiter), [""])
    return SheetRow(number, cells, "quote_not_closed" if line.count('"') % 2 else _problem_of(cells))


def _problem_of(cells: list[str]) -> str:
    return "unreadable_characters" if any(_BROKEN in cell for cell in cells) else ""


def _cut_row(lines: _Lines, number: int) -> SheetRow:
    """Return the beginning of an endless line; the rest of it is thrown away."""
    lines.skip_line()
    return SheetRow(number, [lines.used[0][:_SHOWN]], "line_too_long")


def _is_cut(line: str) -> bool:
    return len(line) >= _LONGEST_LINE and not line.endswith(_LINE_ENDS)
