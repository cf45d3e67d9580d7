"""Sheets out and in. Out: amounts as yuan numbers, days as dates, never a formula. In: an error
names its row, its column and what was expected; a row with an error is not among the good ones."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day, start_of
from smartunion.kernel.base.refusals import Refused

from . import columns as cols
from .columns import Column
from .fields import fen_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 5000
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
FORMATS = {"yuan": "#,##0.00", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
FLAGS = {cols.YES: True, "1": True, cols.NO: False, "0": False}
EXPECTED = {
    "text": "文字",
    "number": "整数，例如 12",
    "yuan": "金额（元），最多两位小数，例如 1,234.50",
    "day": "日期，例如 2025-03-05",
    "moment": "日期和时间，例如 2025-03-05 14:30",
    "flag": "是 或 否",
}


class NotASheet(Refused):
    """The upload cannot be read as an Excel workbook."""

    code = "web.not_a_sheet"
    text = "「{file}」不是能读的 Excel 文件（.xlsx）"
    remedy = "用 Excel 另存为 .xlsx 再上传；.xls 和图片读不了"
    status = 422


class SheetTooBig(Refused):
    """More than one import should carry."""

    code = "web.sheet_too_big"
    text = "「{file}」太大：一次最多 {rows} 行、5 MB"
    remedy = "分成几个文件，一次导入一个"
    status = 422


class WrongHead(Refused):
    """The first row does not name the columns that are needed."""

    code = "web.wrong_head"
    text = "第 1 行表头缺少：{missing}"
    remedy = "下载模板，把内容贴到模板的同名列里"
    status = 422


@dataclass(frozen=True)
class RowError:
    """One wrong cell: its row in the sheet, its column, what stands there and what should."""

    row: int
    column: str
    value: str
    expected: str
    raw: tuple[str, ...] = ()


def workbook(
    rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, title: str = "数据"
) -> bytes:
    """Return an .xlsx of rows of values (fen for yuan columns), one per column."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for i, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = _width(column)
    heads = []
    for column in columns:
        cell = WriteOnlyCell(sheet, column.head())
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    for row in rows:
        sheet.append(
            [_cell(sheet, value, column) for value, column in zip(row, columns, strict=True)]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def template(columns: Sequence[Column], *, title: str) -> bytes:
    """Return an empty workbook with the heads of an import, and what each column expects."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = title[:31]
    sheet.append([column.head() for column in columns])
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("怎么填")
    notes.append(["列", "要填什么", "必填"])
    for i, column in enumerate(columns, 1):
        sheet.cell(1, i).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(i)].width = _width(column)
        notes.append([column.head(), expected(column), "是" if column.required else ""])
        for number in range(2, 200):
            if column.kind in FORMATS:
                sheet.cell(number, i).number_format = FORMATS[column.kind]
    for letter, width in (("A", 20), ("B", 60), ("C", 8)):
        notes.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def separated(rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> bytes:
    """Return CSV in UTF-8 with a mark that Excel understands; text never begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([defused(column.head()) for column in columns])
    for row in rows:
        writer.writerow([_csv(value, column) for value, column in zip(row, columns, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def download(
    rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, title: str, form: str
) -> HttpResponse:
    """Return the rows as a file to keep: `xlsx` or `csv`; anything else is not found."""
    name = f"{title}_{campus_day(clock.now()):%Y-%m-%d}.{form}"
    if form == "xlsx":
        return answer(workbook(rows, columns, title=title), name, XLSX)
    if form == "csv":
        return answer(separated(rows, columns), name, CSV)
    raise Http404


def answer(data: bytes, name: str, kind: str) -> HttpResponse:
    """Return a file under its own name."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def defused(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def expected(column: Column) -> str:
    """Return what a cell of this column should hold, in words."""
    if column.choices:
        return "、".join(str(label) for _, label in column.choices) + "之一"
    return "已登记的代码或名称" if column.known else EXPECTED.get(column.kind, "文字")


def _width(column: Column) -> int:
    return {"yuan": 16, "day": 14, "moment": 18, "number": 12}.get(column.kind, 22)


def _cell(sheet: Any, value: Any, column: Column) -> Any:
    cell = WriteOnlyCell(sheet, None)
    shown = cols.plain(value, column)
    if isinstance(shown, str):
        cell.value = shown
        cell.data_type = "s"  # text stays text: =1+1 is three signs
        cell.quotePrefix = shown.startswith(FORMULA_STARTS)
    else:
        cell.value = shown
    if column.kind in FORMATS:
        cell.number_format = FORMATS[column.kind]
    return cell


def _csv(value: Any, column: Column) -> str:
    shown = cols.plain(value, column)
    if shown is None:
        return ""
    if column.kind == "yuan":
        return f"{Decimal(int(value)) / 100:.2f}"
    if isinstance(shown, datetime):
        return shown.strftime("%Y-%m-%d %H:%M")
    return defused(shown) if isinstance(shown, str) else str(shown)


def read_rows(
    file: IO[bytes], columns: Sequence[Column]
) -> tuple[list[tuple[int, dict[str, Any]]], list[RowError]]:
    """Return the good rows as (row in the sheet, values by column name), and what is wrong.

    Values: fen for yuan, date for days, the stored value of a choice, None for an empty cell.
    Raises NotASheet, SheetTooBig, WrongHead when there is nothing to read rows from.
    """
    good: list[tuple[int, dict[str, Any]]] = []
    errors: list[RowError] = []
    sheet_rows = _sheet(file)
    where = _places(next(sheet_rows, ()), columns)
    for number, cells in enumerate(sheet_rows, 2):
        shown = [cells[where[c.name]] if where[c.name] < len(cells) else None for c in columns]
        if all(value is None or str(value).strip() == "" for value in shown):
            continue
        raw = tuple(_as_text(value) for value in shown)
        values: dict[str, Any] = {}
        wrong: list[RowError] = []
        for value, text, column in zip(shown, raw, columns, strict=True):
            try:
                values[column.name] = _value(value, column)
            except ValueError as no:
                wrong.append(RowError(number, column.label, text, str(no), raw))
        errors += wrong
        if not wrong:
            good.append((number, values))
    return good, errors


def _sheet(file: IO[bytes]) -> Any:
    """Return an iterator over the first sheet's rows, refusing what is no sheet or too big."""
    name = getattr(file, "name", "文件")
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise SheetTooBig(file=name, rows=MOST_ROWS)
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise SheetTooBig(file=name, rows=MOST_ROWS)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as no:
        raise NotASheet(file=name) from no
    if len(rows) > MOST_ROWS + 1:
        raise SheetTooBig(file=name, rows=MOST_ROWS)
    return iter(rows)


def _places(head: Sequence[Any], columns: Sequence[Column]) -> Mapping[str, int]:
    """Return where each column stands in the sheet, by its head with or without the unit."""
    names = {str(value or "").strip(): i for i, value in reversed(list(enumerate(head)))}
    places = {c.name: names.get(c.head(), names.get(c.label)) for c in columns}
    missing = [c.head() for c in columns if places[c.name] is None]
    if missing:
        raise WrongHead(missing="、".join(missing))
    return {name: place for name, place in places.items() if place is not None}


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)


def _value(value: Any, column: Column) -> Any:
    """Return the cleaned value of a cell; ValueError says what was expected."""
    text = _as_text(value).strip()
    if text.startswith("'") and text[1:].startswith(FORMULA_STARTS):
        text = text[1:]
    if not text:
        if column.required:
            raise ValueError(f"不能空，应为{expected(column)}")
        return None
    try:
        return _cleaned(value, text, column)
    except (ValueError, ArithmeticError, LookupError) as no:
        raise ValueError(f"应为{expected(column)}") from no


def _cleaned(value: Any, text: str, column: Column) -> Any:
    cleaners: dict[str, Callable[[], Any]] = {
        "yuan": lambda: fen_of(str(value) if isinstance(value, int | float) else text),
        "number": lambda: _whole(text),
        "day": lambda: _moment(value, text).date(),
        "moment": lambda: _moment(value, text),
        "flag": lambda: FLAGS[text],
        "choice": lambda: _stored(text, column),
    }
    if column.known and text not in column.known:
        raise ValueError(text)
    return cleaners.get(column.kind, lambda: text)()


def _whole(text: str) -> int:
    number = Decimal(text.replace(",", ""))
    if number != number.to_integral_value():
        raise ValueError(text)
    return int(number)


def _stored(text: str, column: Column) -> Any:
    """Return the stored value of a choice that is written by its label, or as it is stored."""
    known = {str(stored): stored for stored, _ in column.choices}
    return (known | {str(label): stored for stored, label in column.choices})[text]


def _moment(value: Any, text: str) -> datetime:
    """Return the moment in campus time, which is what a sheet without zones means."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=CAMPUS)
    if isinstance(value, date):
        return start_of(value)
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=CAMPUS)
        except ValueError:
            continue
    raise ValueError(text)
