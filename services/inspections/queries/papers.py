"""An official document as a PDF: what was decided, about what, and who signed; the same content gives the same file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from services.inspections.domain.documents import OFFICER, REFUSED, DocumentField, Kind
from shared.clock import BUSINESS_ZONE
from shared.qr import qr_code

if TYPE_CHECKING:
    from shared.pdf import Paper

MARGIN, WIDTH = 22, 166  # millimetres
LABEL, LINE = 36, 7
CODE_SIZE, SEAL = 28, 56
IMAGE_WIDTH, IMAGE_HEIGHT = 44, 18
PLACES = {OFFICER: "执法人员", "present": "在场人员"}


@dataclass(frozen=True, slots=True)
class Signature:
    """``image`` is the drawn signature (PNG or JPEG); ``reason`` and ``witness`` are those of a refusal."""

    place: str
    name: str
    post: str
    method: str
    reason: str
    witness: str
    at: datetime
    image: bytes = b""


@dataclass(frozen=True, slots=True)
class Proof:
    """``sha256`` is of the content; at ``address`` anyone verifies the paper (empty: no public address is set)."""

    sha256: str
    code: str
    address: str


def paper_of(
    kind: Kind, content: Mapping[str, Any], *, signatures: Sequence[Signature], proof: Proof, at: datetime
) -> bytes:
    """Return the file of a document that was issued ``at`` this moment."""
    from shared.pdf import Paper  # late: what it needs takes half a second and 50 MB to load

    paper = Paper(size=11, foot=content["number"], made_at=at)
    paper.set_title(f"{kind.zh} {content['number']}")
    paper.set_margins(MARGIN, 20, MARGIN)
    paper.set_auto_page_break(auto=True, margin=22)
    paper.add_page()
    _head(paper, kind, content)
    _facts(paper, content)
    for field in kind.fields:
        if text := content["fields"][field.id]:
            _pair(paper, field.zh, _shown(field, text))
    for place, one in enumerate(content["hazards"], start=1):
        basis = f"（依据：{one['clause']}）" if one["clause"] else ""
        _pair(paper, f"隐患 {place}", f"{one['place']}：{one['description']}{basis}")
    _pair(paper, "法律依据", content["clause"])
    _signatures(paper, signatures)
    _seal(paper, content["agency"], at=at, proof=proof)
    return bytes(paper.output())


def _head(paper: Paper, kind: Kind, content: Mapping[str, Any]) -> None:
    paper.set_font_size(12)
    _line(paper, content["agency"], align="C")
    paper.set_font_size(20)
    paper.multi_cell(0, 12, kind.zh, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.set_font_size(11)
    _line(paper, content["number"], align="R")
    paper.line(MARGIN, paper.get_y() + 1, MARGIN + WIDTH, paper.get_y() + 1)
    paper.ln(4)


def _facts(paper: Paper, content: Mapping[str, Any]) -> None:
    _pair(paper, "被检查单位", content["enterprise"]["name"])
    if content["check"]:
        _pair(paper, "检查时间", _moment(datetime.fromisoformat(content["check"]["at"])))
    for part in content.get("parts", ()):  # a draft of an earlier version has none
        _pair(paper, part["agency"], f"{part['subject']}：{part['result']}")
    if content["replaces"]:
        _pair(paper, "更正", f"本文书替代{content['replaces']}。")


def _pair(paper: Paper, label: str, text: str) -> None:
    """Write a label with its text beside it; a long text goes on below itself, on the next page too."""
    if paper.will_page_break(2 * LINE):
        paper.add_page()
    top, page = paper.get_y(), paper.page
    paper.set_text_color(90)
    paper.multi_cell(LABEL, LINE, label, new_x="LEFT", new_y="NEXT", align="L")
    below = paper.get_y()
    paper.set_text_color(0)
    paper.page = page
    paper.set_left_margin(MARGIN + LABEL)
    paper.set_xy(MARGIN + LABEL, top)
    paper.multi_cell(WIDTH - LABEL, LINE, text, new_x="LMARGIN", new_y="NEXT", align="L")
    paper.set_left_margin(MARGIN)
    end = max(paper.get_y(), below) if paper.page == page else paper.get_y()
    paper.set_xy(MARGIN, end + 1)


def _signatures(paper: Paper, signatures: Sequence[Signature]) -> None:
    for one in signatures:
        if paper.will_page_break(IMAGE_HEIGHT + 2 * LINE):
            paper.add_page()
        _pair(paper, f"{PLACES[one.place]}签名", _signed(one))
        if one.image:
            paper.image(
                BytesIO(one.image),
                x=MARGIN + LABEL,
                y=paper.get_y(),
                w=IMAGE_WIDTH,
                h=IMAGE_HEIGHT,
                keep_aspect_ratio=True,
            )
            paper.set_y(paper.get_y() + IMAGE_HEIGHT + 1)


def _signed(one: Signature) -> str:
    who = "　".join(part for part in (one.name, one.post, _moment(one.at)) if part)
    if one.method != REFUSED:
        return who
    return f"拒绝签名：{one.reason}" + (f"（见证人：{one.witness}）" if one.witness else "") + f"　{_moment(one.at)}"


def _seal(paper: Paper, agency: str, *, at: datetime, proof: Proof) -> None:
    if paper.will_page_break(SEAL):
        paper.add_page()
    paper.ln(4)
    top = paper.get_y()
    _line(paper, agency, align="R")
    _line(paper, f"{at.astimezone(BUSINESS_ZONE):%Y年%m月%d日}", align="R")
    paper.ln(2)
    paper.set_font_size(8)
    paper.set_text_color(90)
    if proof.address:
        paper.image(BytesIO(qr_code(proof.address, "png")), x=MARGIN, y=top, w=CODE_SIZE)
        paper.set_y(top + CODE_SIZE)
        _line(paper, f"扫码核验真伪：{proof.address}")
    _line(paper, f"核验码 {proof.code}")
    _line(paper, f"内容摘要 SHA-256 {proof.sha256}")


def _line(paper: Paper, text: str, *, align: str = "L") -> None:
    paper.cell(0, LINE, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _shown(field: DocumentField, text: str) -> str:
    return next((one.zh for one in field.options if one.id == text), text)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BUSINESS_ZONE):%Y年%m月%d日 %H:%M}"
