"""Plan files: the versioned YAML of a year beside this code, and workbooks in and out."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from smartunion.domains.planning.models import PlanYear
from smartunion.domains.planning.rules.content import (
    BY_KEY,
    SHEETS,
    Content,
    Kind,
    Raw,
    RowError,
    cells,
    numbered,
    parse,
)
from smartunion.domains.planning.rules.sums import broken
from smartunion.kernel.base import yamls

from .tables import content_of

PLANS = Path(__file__).resolve().parents[1] / "plans"
MOST_UNPACKED = 60 * 1024 * 1024
WIDEST = 48
ACROSS, DOWN = 2.2, 2
"""Excel's width units per Chinese character, and margin."""


def years() -> list[int]:
    """Return the years for which plan files are kept with the code."""
    return sorted(int(path.name) for path in PLANS.iterdir() if path.name.isdigit())


def of_year(year: int) -> Raw:
    """Return the raw rows of plans/YEAR/*.yaml; a term's value may be written as plain YAML."""
    sheets: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((PLANS / str(year)).glob("*.yaml")):
        for key, rows in yamls.read(path).items():
            sheets.setdefault(key, []).extend(rows)
    return numbered(_with_json(sheets))


def from_yaml(text: str) -> Raw:
    """Return the raw rows of one YAML file with all sheets."""
    try:
        sheets = yamls.parse(text)
    except yaml.YAMLError as not_yaml:
        raise ValueError("not YAML") from not_yaml
    if not isinstance(sheets, dict) or not all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
        for rows in sheets.values()
    ):
        raise ValueError("a plan file is a mapping of sheets to lists of rows")
    return numbered(_with_json(sheets))


def _with_json(sheets: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    for row in sheets.get("terms", ()):
        if "value" in row:
            row["value"] = json.dumps(row["value"], ensure_ascii=False, default=str)
    return sheets


def from_workbook(file: BinaryIO) -> Raw:
    """Return the raw rows of a workbook: sheets and columns by their Chinese titles.

    Raises ValueError when the file is no workbook. Unknown sheets and columns come back under
    their own names, so that `parse` reports them.
    """
    try:
        if sum(part.file_size for part in ZipFile(file).infolist()) > MOST_UNPACKED:
            raise ValueError("unpacks to more than a plan can hold")
        book = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, OSError, KeyError) as not_a_book:
        raise ValueError("not an .xlsx workbook") from not_a_book
    by_title = {sheet.title: sheet for sheet in SHEETS}
    raw: dict[str, list[tuple[int, dict[str, object]]]] = {}
    for page in book.worksheets:
        sheet = by_title.get(page.title)
        lines = page.iter_rows(values_only=True)
        heads = [str(head).strip() for head in next(lines, ()) if head is not None]
        titles = {column.title: column.key for column in sheet.columns} if sheet else {}
        keys = [titles.get(head, head) for head in heads]
        raw[sheet.key if sheet else page.title] = [
            (number, dict(zip(keys, line, strict=False)))
            for number, line in enumerate(lines, start=2)
            if any(cell not in (None, "") for cell in line)
        ]
    return raw


def to_workbook(content: Content) -> bytes:
    """Return the plan as a workbook that `from_workbook` reads back to the same content."""
    book = Workbook()
    assert book.active is not None  # noqa: S101 - a new workbook has one sheet
    book.remove(book.active)
    for key, rows in cells(content).items():
        sheet = BY_KEY[key]
        page = book.create_sheet(sheet.title)
        page.append([column.title for column in sheet.columns])
        for row in rows:
            page.append([_excel(column.kind, row[column.key]) for column in sheet.columns])
        for line in page.iter_rows(min_row=2):
            for cell in line:
                if cell.data_type == "f":  # a text that begins with = is no formula
                    cell.data_type = "s"
        for index, column in enumerate(sheet.columns, start=1):
            head = page.cell(row=1, column=index)
            head.font = Font(bold=True)
            head.alignment = Alignment(vertical="center")
            longest = max(
                (len(str(row[column.key])) for row in rows if row[column.key] is not None),
                default=0,
            )
            wide = min(max(longest, len(column.title)) * ACROSS + DOWN, WIDEST)
            page.column_dimensions[get_column_letter(index)].width = wide
        page.freeze_panes = "B2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _excel(kind: Kind, cell: object) -> object:
    if cell is None:
        return None
    if kind in (Kind.YUAN, Kind.EXACT):
        return float(str(cell))
    if kind == Kind.FLAG:
        return "是" if cell else "否"
    return cell


def inspect(raw: Raw) -> tuple[Content, list[RowError]]:
    """Return the typed rows and everything that is wrong with them, the sums included (R208)."""
    content, errors = parse(raw)
    if not errors:
        errors = [RowError("收入与支出", 0, "", "", f"两边相等——{no}") for no in broken(content)]
    return content, errors


def digest(content: Content) -> str:
    """Return the SHA-256 of the content in canonical JSON: equal content, equal hash."""
    text = json.dumps(cells(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def workbook_of(plan: PlanYear) -> bytes:
    """Return the plan year as it stands as a workbook."""
    return to_workbook(content_of(plan))


def counts(content: Content) -> list[tuple[str, int]]:
    """Return how many rows each sheet has, by its title."""
    return [(sheet.title, len(content[sheet.key])) for sheet in SHEETS]
