"""Register files as rows of cells: CSV and XLSX, read as a stream, whatever the system that wrote them.

Row numbers are those that a spreadsheet shows: the header is row 1 when it is the first line.
"""

from services.registry.domain.sheets.opening import FileUnreadable, SheetRow, open_sheet
from services.registry.domain.sheets.writing import csv_lines, xlsx_file

__all__ = ["FileUnreadable", "SheetRow", "csv_lines", "open_sheet", "xlsx_file"]
