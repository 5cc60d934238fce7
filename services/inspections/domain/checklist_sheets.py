"""A checklist as rows of a sheet, there and back without loss; every mistake is named by row and column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_ROWS = 2_000
LIST, ANSWER, SECTION, ITEM = "list", "answer", "section", "item"
BETWEEN, CONDITION = "|", "="
SHOWN = 100  # characters of a refused value that are told
DETAILS: Mapping[str, str] = {
    "column_missing": "This column is missing: keep the header of an exported list.",
    "kind_unknown": "Say in the first column whether the row is a list, an answer, a section or an item.",
    "value_unknown": "This word is not known here: use one of an exported list.",
    "number_unreadable": "Write a whole number.",
    "no_section_above": "An item stands below the row of its section: add one above.",
    "no_set": "An answer names the response set that it belongs to.",
    "list_missing": "One row has to name the list: its id and its names.",
    "list_twice": "A file holds one list: put the other one into a file of its own.",
    "condition_unreadable": "Write a condition as item = answer | answer.",
    "too_many_rows": f"A list has at most {MOST_ROWS} rows.",
    "row_broken": "This row cannot be read: export the file again.",
    "value_refused": "",
}
Document = dict[str, Any]
Path = tuple[str | int, ...]


class RowError(NamedTuple):
    """What is wrong in which row (as a spreadsheet counts, 0 for the whole file) and column."""

    row: int
    field: str
    value: str
    code: str
    detail: str


@dataclass(frozen=True)
class SheetWords:
    """``titles`` by column in the order of the sheet, the first is written; ``words`` by column and value."""

    titles: Mapping[str, Sequence[str]]
    words: Mapping[str, Mapping[str, Sequence[str]]]

    def column(self, title: str) -> str:
        """Return the column with this title; empty for one that no list has."""
        return _meant(self.titles, title)

    def value(self, column: str, text: str) -> str:
        """Return the value that a word stands for; empty for an unknown one."""
        return _meant(self.words[column], text)

    def written(self, column: str, value: Any) -> str:
        """Return what a sheet says for a value."""
        key = str(value).lower() if isinstance(value, bool) else str(value)
        known = self.words.get(column, {}).get(key)
        return known[0] if known else key


@dataclass
class SheetReading:
    """The document that the rows say, the row of each of its parts, and what could not be understood."""

    document: Document = field(default_factory=lambda: {"checklist": {}, "section": [], "set": []})
    places: dict[Path, int] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)

    def complain(self, row: int, column: str, *, code: str, value: str = "") -> None:
        """Note what is wrong with a cell."""
        self.errors.append(RowError(row, column, value[:SHOWN], code, DETAILS[code]))


def rows_of(content: Mapping[str, Any], words: SheetWords) -> list[list[str]]:
    """Return the rows of a checklist: the header, the list, its answers, and each section above its items."""
    head = content["checklist"]
    lines: list[Mapping[str, Any]] = [{**head, "kind": LIST}]
    for group in content["set"]:
        for one in group["responses"] or [{}]:
            lines.append({**one, "kind": ANSWER, "responses": group["id"], "weight": one.get("percent", "")})
    for section in content["section"]:
        lines.append({**section, "kind": SECTION})
        lines += [{**_item_line(item), "kind": ITEM} for item in section.get("item", ())]
    cells = [[words.written(name, line[name]) if name in line else "" for name in words.titles] for line in lines]
    return [[titles[0] for titles in words.titles.values()], *cells]


def read_rows(rows: Iterable[tuple[int, Sequence[str]]], words: SheetWords) -> SheetReading:
    """Return what numbered rows say, the header first; what is wrong is in ``errors``, never raised."""
    reading = SheetReading()
    numbered = iter(rows)
    header_row, header = next(numbered, (1, ()))
    columns = [words.column(title) for title in header]
    for name in ("kind", "id", "zh"):
        if name not in columns:
            reading.complain(header_row, words.titles[name][0], code="column_missing")
    if reading.errors:
        return reading
    for count, (number, cells) in enumerate(numbered):
        if count == MOST_ROWS:
            reading.complain(number, "", code="too_many_rows")
            break
        line = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name and cell.strip()}
        if line:
            _read_line(reading, words, number=number, line=line)
    if not reading.document["checklist"] and not reading.errors:
        reading.complain(0, words.titles["kind"][0], code="list_missing")
    return reading


def row_errors(problems: Any, reading: SheetReading, *, words: SheetWords, at: Path = ()) -> list[RowError]:
    """Return what a schema says about a document (nested by field) as errors of rows, of sound rows only.

    What was not read from rows is named by its path.
    """
    if isinstance(problems, Mapping):
        return [
            one for key, nested in problems.items() for one in row_errors(nested, reading, words=words, at=(*at, key))
        ]
    length = next((length for length in range(len(at), 0, -1) if at[:length] in reading.places), 0)
    row = reading.places.get(at[:length], 0)
    if row and row in {one.row for one in reading.errors}:
        return []
    name = "".join(str(part) for part in at[length : length + 1])
    title = words.titles.get(_COLUMNS.get(name, name), (name,))[0] if row else ".".join(str(part) for part in at)
    return [RowError(row, title, "", "value_refused", str(text)) for text in problems]


def _item_line(item: Mapping[str, Any]) -> Mapping[str, Any]:
    asks = item.get("shown_if")
    condition = f"{asks['item']} {CONDITION} {f' {BETWEEN} '.join(asks['responses'])}" if asks else ""
    usual = {"is_mandatory": True, "photo": "fault", "major": ""}
    return {**usual, **item, "shown_if": condition}


def _meant(known: Mapping[str, Sequence[str]], text: str) -> str:
    said = text.strip().casefold()
    return next((key for key, words in known.items() if said in (key, *(word.casefold() for word in words))), "")


def _read_line(reading: SheetReading, words: SheetWords, *, number: int, line: dict[str, str]) -> None:
    kind = words.value("kind", line.pop("kind", ""))
    if not kind:
        return reading.complain(number, words.titles["kind"][0], code="kind_unknown")
    part: Document = {"id": line.get("id", ""), "zh": line.get("zh", ""), "en": line.get("en", "")}
    _READERS[kind](_Line(reading, words, number, line), part)
    return None


@dataclass(frozen=True, slots=True)
class _Line:
    reading: SheetReading
    words: SheetWords
    number: int
    cells: Mapping[str, str]

    def complain(self, column: str, code: str) -> None:
        title = self.words.titles[column][0]
        self.reading.complain(self.number, title, code=code, value=self.cells.get(column, ""))

    def word(self, column: str, usual: str) -> str:
        text = self.cells.get(column, "")
        found = self.words.value(column, text) if text else usual
        if not found:
            self.complain(column, "value_unknown")
        return found

    def number_in(self, column: str) -> int:
        text = self.cells.get(column, "0").removesuffix(".0")
        if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 9:
            self.complain(column, "number_unreadable")
            return 0
        return int(text)


def _read_list(line: _Line, part: Document) -> None:
    if line.reading.document["checklist"]:
        return line.complain("kind", "list_twice")
    named = {name: line.cells.get(name, "") for name in ("source", "clause")}
    line.reading.document["checklist"] = {**part, **named, "status": line.word("status", "design")}
    line.reading.places["checklist",] = line.number
    return None


def _read_answer(line: _Line, part: Document) -> None:
    name = line.cells.get("responses", "")
    if not name:
        return line.complain("responses", "no_set")
    sets = line.reading.document["set"]
    if name not in [one["id"] for one in sets]:
        line.reading.places["set", len(sets)] = line.number
        sets.append({"id": name, "responses": []})
    if not any(part.values()):
        return None  # a set that has no answers yet
    place, group = next((at, one) for at, one in enumerate(sets) if one["id"] == name)
    line.reading.places["set", place, "responses", len(group["responses"])] = line.number
    scored = {"meaning": line.word("meaning", "normal"), "percent": line.number_in("weight")}
    group["responses"].append({**part, **scored})
    return None


def _read_section(line: _Line, part: Document) -> None:
    sections = line.reading.document["section"]
    line.reading.places["section", len(sections)] = line.number
    sections.append({**part, "item": []})


def _read_item(line: _Line, part: Document) -> None:
    sections = line.reading.document["section"]
    if not sections:
        return line.complain("kind", "no_section_above")
    items = sections[-1]["item"]
    line.reading.places["section", len(sections) - 1, "item", len(items)] = line.number
    plain = {name: line.cells.get(name, "") for name in ("clause", "responses", "major")}
    items.append(
        {
            **part,
            **plain,
            "weight": line.number_in("weight"),
            "is_mandatory": line.word("is_mandatory", "true") != "false",
            "photo": line.word("photo", "fault"),
            "shown_if": _condition(line),
        }
    )
    return None


def _condition(line: _Line) -> Document | None:
    text = line.cells.get("shown_if", "")
    item, sign, answers = (part.strip() for part in text.partition(CONDITION))
    responses = [one.strip() for one in answers.split(BETWEEN) if one.strip()]
    if not text:
        return None
    if not (item and sign):
        line.complain("shown_if", "condition_unreadable")
    return {"item": item, "responses": responses}


_COLUMNS = {"percent": "weight"}
_READERS = {LIST: _read_list, ANSWER: _read_answer, SECTION: _read_section, ITEM: _read_item}
