"""PDF files that hold Chinese: one font for all, and the same bytes for the same content."""

from datetime import datetime
from pathlib import Path

import pylopdf_fonts_zh_cn
from fpdf import FPDF

FONT = "noto"
FOOT = -14  # millimetres from the lower edge


class Paper(FPDF):
    """An A4 document, nothing drawn yet; ``foot`` stands on every page before its number."""

    def __init__(self, *, size: float, foot: str = "", made_at: datetime | None = None) -> None:
        super().__init__(format="A4")
        self.foot = foot
        if made_at:
            self.set_creation_date(made_at)
        self.add_font(FONT, fname=Path(pylopdf_fonts_zh_cn.__file__).with_name("NotoSansSC-Regular.otf"))
        # Measuring each glyph again takes as long as all else.
        self.fonts[FONT].ttfont.recalcBBoxes = False  # type: ignore[union-attr]
        self.set_font(FONT, size=size)

    def footer(self) -> None:
        """Write the foot of a page, when there is one; the font of the text comes back by itself."""
        if self.foot:
            self.set_y(FOOT)
            self.set_font(FONT, size=8)
            self.cell(0, 6, f"{self.foot}　　{self.page_no()} / {{nb}}", align="C")
