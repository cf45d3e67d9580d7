"""Figures as a workbook."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.excel import XLSX, workbook


def sheet(name: str, rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> HttpResponse:
    """Return the rows as an Excel file to be saved under this name."""
    response = HttpResponse(workbook(rows, columns, title=name), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    response["Cache-Control"] = "no-store"
    return response
