"""A plan year as sheets of rows: the one shape of a YAML file, a workbook, a frozen version.

Raw cells come in as anybody typed them; `parse` gives typed rows or says, cell by cell, what is
wrong and what is expected. `cells` is its exact inverse, so that what is exported can be imported.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Row = dict[str, Any]
Content = dict[str, list[Row]]
Raw = Mapping[str, Sequence[tuple[int, Mapping[str, object]]]]
"""Sheet key -> (row number as the writer sees it, column key -> cell)."""


class Kind(StrEnum):
    """What a cell must be, in the words of the error message."""

    TEXT = "文字"
    WHOLE = "整数"
    YUAN = "金额（元，至多两位小数）"
    EXACT = "数字（至多四位小数）"
    DAY = "日期，如 2025-03-01"
    FLAG = "是 或 否"
    JSON = 'JSON 值，如 200、"文字"、[1, 2]'
    CODES = "编号，用逗号分开"


@dataclass(frozen=True)
class Column:
    """One column of a sheet; `field` is its name in the table, where that differs."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    longest: int = 400
    field: str = ""

    @property
    def name(self) -> str:
        """Return the name under which a typed row carries the value."""
        return self.field or self.key

    @property
    def expected(self) -> str:
        """Return what the cell must be, in words."""
        if self.choices:
            return "以下之一：" + "、".join(self.choices)
        return f"{self.kind}{'，不能为空' if self.required else ''}"


@dataclass(frozen=True)
class Sheet:
    """One sheet; rows are told apart by the columns named in `unique`."""

    key: str
    title: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ("code",)


@dataclass(frozen=True)
class RowError:
    """One wrong cell: where, what stands there, what is expected."""

    sheet: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"“{self.sheet}”第 {self.row} 行" if self.row else f"“{self.sheet}”"
        found = f"是“{self.found}”，" if self.found else "为空，"
        return f"{where}{f'“{self.column}”' if self.column else ''}{found}应为{self.expected}"


ORIGINS = ("stated", "implied", "proposed")
SENSES = ("gain", "happiness", "safety")
OPERATORS = ("<", "<=", "==", ">=", ">")

_code = Column("code", "编号", required=True, longest=60)
_title = Column("title", "名称", required=True, longest=120)
_clause = Column("clause", "条款", longest=40)
_origin = Column("origin", "来源", required=True, choices=ORIGINS)
_note = Column("note", "说明")

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "plan",
        "年度计划",
        (
            Column("year", "年份", Kind.WHOLE, required=True),
            _title,
            Column("school", "学校", required=True, longest=60),
            Column("starts_on", "起始日", Kind.DAY, required=True),
            Column("finish_on", "完成期限", Kind.DAY, required=True),
            Column("closes_on", "年度截止", Kind.DAY, required=True),
            Column("total", "全口径总额", Kind.YUAN, required=True, field="total_fen"),
            _clause,
        ),
        ("year",),
    ),
    Sheet(
        "basis",
        "政策依据",
        (
            _code,
            _title,
            Column("issuer", "发文机关", required=True, longest=80),
            Column("issued", "发文时间", longest=20),
            Column("quote", "计划中的引用", required=True),
            Column("verified", "已核对原件", Kind.FLAG, required=True),
            _clause,
            _note,
        ),
    ),
    Sheet(
        "baselines",
        "基线",
        (
            _code,
            _title,
            Column("value", "数值", Kind.EXACT),
            Column("unit", "单位", longest=12),
            Column("assumed", "推定值", Kind.FLAG, required=True),
            Column("source", "出处"),
            _clause,
        ),
    ),
    Sheet(
        "goals",
        "目标",
        (
            _code,
            Column("kind", "类别", required=True, choices=("sense", "smart", "link")),
            _title,
            Column("text", "原文", required=True),
            _clause,
        ),
    ),
    Sheet(
        "projects",
        "工程",
        (
            _code,
            _title,
            Column("committee", "主办委员会", required=True, longest=60),
            Column("lead", "A角岗位", required=True, longest=60),
            Column("backup", "B角岗位", longest=60),
            Column("note", "经费说明"),
            _clause,
        ),
    ),
    Sheet(
        "subtasks",
        "子任务",
        (
            _code,
            Column("project", "工程", required=True, refers="projects"),
            Column("number", "计划序号", longest=12),
            _title,
            _origin,
            _clause,
            Column("lead", "A角岗位", required=True, longest=60),
            Column("backup", "B角岗位", longest=60),
            Column("starts_on", "首个节点", Kind.DAY, required=True),
            Column("due_on", "完成期限", Kind.DAY, required=True),
        ),
    ),
    Sheet(
        "milestones",
        "里程碑",
        (
            _code,
            Column("subtask", "子任务", required=True, refers="subtasks", field="sub_task"),
            _title,
            Column("kind", "类别", required=True, choices=("launch", "human", "meeting")),
            Column("opens_on", "起", Kind.DAY),
            Column("due_on", "止", Kind.DAY, required=True),
            _origin,
            _clause,
            _note,
        ),
    ),
    Sheet(
        "income",
        "收入",
        (
            _code,
            _title,
            Column("amount", "金额", Kind.YUAN, field="amount_fen"),
            Column("outside", "在全口径之外", Kind.FLAG, required=True),
            _clause,
            _note,
        ),
    ),
    Sheet(
        "spending",
        "支出",
        (
            _code,
            Column("project", "工程", required=True, refers="projects"),
            _title,
            Column("amount", "金额", Kind.YUAN, field="amount_fen"),
            Column("fund_source", "经费来源", refers="income"),
            _origin,
            _clause,
            _note,
        ),
    ),
    Sheet(
        "funding",
        "来源矩阵",
        (
            Column("spending", "支出", required=True, refers="spending"),
            Column("income", "收入", required=True, refers="income"),
            Column("amount", "金额", Kind.YUAN, required=True, field="amount_fen"),
            _origin,
        ),
        ("spending", "income"),
    ),
    Sheet(
        "indicators",
        "指标",
        (
            _code,
            _title,
            Column("project", "工程", required=True, longest=12),
            Column("sense", "三感", required=True, choices=SENSES),
            Column("op", "比较", required=True, choices=OPERATORS),
            Column("target", "目标值", Kind.EXACT, required=True),
            Column("unit", "单位", longest=12),
            Column("formula", "分子或公式", required=True),
            Column("denominator", "分母"),
            Column("evidence", "凭据", Kind.CODES, required=True),
            _clause,
            Column("origin", "来源", required=True, choices=("contract", "stated", "proposed")),
            Column("shortfall_mode", "未达计法", required=True, choices=("prop", "binary")),
            Column("freq", "频次", required=True, choices=("M", "Q", "Y", "E", "once")),
            Column("cut_off_on", "截止日", Kind.DAY, required=True),
        ),
    ),
    Sheet(
        "terms",
        "约定",
        (
            Column("group", "组", required=True, longest=30),
            Column("key", "键", required=True, longest=60),
            _title,
            Column("value", "值", Kind.JSON),
            Column("since", "起", Kind.DAY, required=True),
            Column("until", "止（不含）", Kind.DAY),
            _clause,
            Column("trap", "疑点", longest=20),
            Column("reading", "采用的读法"),
            Column("alternative", "另一种读法"),
        ),
        ("group", "key", "since"),
    ),
    Sheet(
        "demands",
        "诉求",
        (
            _code,
            _title,
            Column("cluster", "类别", required=True, choices=("burst", "spill_over")),
            Column("met_by", "对应子任务", Kind.CODES, refers="subtasks"),
            _clause,
        ),
    ),
    Sheet(
        "commitments",
        "无预算承诺",
        (
            _code,
            _title,
            Column("estimate", "估算金额", Kind.YUAN, field="estimate_fen"),
            Column("basis", "估算依据", required=True),
            Column("funded_by", "已列支出", refers="spending"),
            _clause,
        ),
    ),
    Sheet(
        "placeholders",
        "空白",
        (
            _code,
            Column("text", "计划原文", required=True, longest=80),
            Column("meaning", "应填什么", required=True),
            Column("kind", "类别", required=True, choices=("blank", "cut_off")),
            Column("value", "填写值"),
            _clause,
        ),
    ),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}


class _CellError(Exception):
    """A cell is not what its column holds; never leaves this file."""


def _typed(column: Column, cell: object) -> Any:
    """Return the typed value of one cell; raise _CellError when it is not what is expected."""
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        if column.required:
            raise _CellError
        if column.kind == Kind.CODES:
            return []
        return "" if column.kind == Kind.TEXT and not column.refers else None
    value = TYPED[column.kind](cell)
    too_long = column.kind == Kind.TEXT and len(value) > column.longest
    if too_long or (column.choices and value not in column.choices):
        raise _CellError
    return value


def _number(cell: object, *, places: int) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str | Decimal):
        raise _CellError
    try:
        number = Decimal(str(cell).replace(",", ""))
    except InvalidOperation:
        raise _CellError from None
    if not number.is_finite() or number != round(number, places):
        raise _CellError
    return number


def _text(cell: object) -> str:
    if not isinstance(cell, str):
        raise _CellError
    return cell


def _whole(cell: object) -> int:
    return int(_number(cell, places=0))


def _fen(cell: object) -> int:
    fen = int(_number(cell, places=2) * 100)
    if fen < 0:
        raise _CellError
    return fen


def _exact(cell: object) -> Decimal:
    return _number(cell, places=4)


def _day(cell: object) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell))
    except ValueError:
        raise _CellError from None


def _flag(cell: object) -> bool:
    words = {"是": True, "否": False, "true": True, "false": False}
    if str(cell).lower() not in words:
        raise _CellError
    return words[str(cell).lower()]


def _json(cell: object) -> Any:
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        raise _CellError from None


def _codes(cell: object) -> list[str]:
    parts = cell if isinstance(cell, list) else str(cell).replace("，", ",").split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


TYPED: dict[Kind, Callable[[object], Any]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.YUAN: _fen,
    Kind.EXACT: _exact,
    Kind.DAY: _day,
    Kind.FLAG: _flag,
    Kind.JSON: _json,
    Kind.CODES: _codes,
}


def parse(raw: Raw) -> tuple[Content, list[RowError]]:
    """Return the typed rows and every wrong cell; the rows are whole only when nothing is wrong."""
    content: Content = {}
    errors: list[RowError] = []
    for sheet in SHEETS:
        rows: list[Row] = []
        seen: dict[tuple[Any, ...], int] = {}
        for number, cells_ in raw.get(sheet.key, ()):
            row: Row = {}
            for column in sheet.columns:
                cell = cells_.get(column.key)
                try:
                    row[column.name] = _typed(column, cell)
                except _CellError:
                    found = "" if cell is None else str(cell)
                    errors.append(
                        RowError(sheet.title, number, column.title, found, column.expected)
                    )
            errors += [
                RowError(sheet.title, number, extra, str(cells_[extra]), "没有这一列")
                for extra in cells_.keys() - {column.key for column in sheet.columns}
            ]
            key = tuple(str(cells_.get(part)) for part in sheet.unique)
            if key in seen:
                errors.append(
                    RowError(
                        sheet.title, number, "", " ".join(key), f"唯一，与第 {seen[key]} 行重复"
                    )
                )
            seen.setdefault(key, number)
            rows.append(row)
        content[sheet.key] = rows
    errors += [
        RowError(key, 0, "", "", "以下工作表之一：" + "、".join(s.title for s in SHEETS))
        for key in raw.keys() - BY_KEY.keys()
    ]
    if len(content["plan"]) != 1:
        errors.append(RowError("年度计划", 0, "", str(len(content["plan"])), "恰好一行"))
    if not errors:
        errors = _references(content, raw) + _dates(content, raw)
    return content, errors


def _references(content: Content, raw: Raw) -> list[RowError]:
    codes = {key: {row.get("code") for row in rows} for key, rows in content.items()}
    errors = []
    for sheet in SHEETS:
        for (number, _), row in zip(raw.get(sheet.key, ()), content[sheet.key], strict=True):
            for column in sheet.columns:
                if not column.refers:
                    continue
                value = row[column.name]
                for code in value if isinstance(value, list) else [value]:
                    if code is not None and code not in codes[column.refers]:
                        expected = f"“{BY_KEY[column.refers].title}”表里已有的编号"
                        errors.append(RowError(sheet.title, number, column.title, code, expected))
            if sheet.key == "indicators" and row["project"] not in codes["projects"] | {"all"}:
                expected = "“工程”表里已有的编号，或 all"
                errors.append(RowError(sheet.title, number, "工程", row["project"], expected))
    return errors


def _dates(content: Content, raw: Raw) -> list[RowError]:
    plan = content["plan"][0]
    errors = []
    for key, first in (("subtasks", "starts_on"), ("milestones", "opens_on")):
        for (number, _), row in zip(raw.get(key, ()), content[key], strict=True):
            due = row["due_on"]
            if not plan["starts_on"] <= due <= plan["closes_on"]:
                within = f"{plan['starts_on']} 至 {plan['closes_on']} 之间的日期"
                errors.append(RowError(BY_KEY[key].title, number, "止", str(due), within))
            if row[first] and row[first] > due:
                expected = f"不晚于 {due}"
                errors.append(RowError(BY_KEY[key].title, number, "起", str(row[first]), expected))
    return errors


def cells(content: Content) -> dict[str, list[dict[str, Any]]]:
    """Return the rows as JSON-able cells, in the order of their keys.

    The inverse of `parse`, and what a version freezes.
    """
    sheets = {}
    for sheet in SHEETS:
        rows = [
            {column.key: _cell(column, row[column.name]) for column in sheet.columns}
            for row in content[sheet.key]
        ]
        sheets[sheet.key] = sorted(rows, key=lambda row: key_of(sheet, row))
    return sheets


def key_of(sheet: Sheet, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells the row apart from the others of its sheet."""
    return tuple(str(row[part]) for part in sheet.unique)


WRITTEN: dict[Kind, Callable[[Any], Any]] = {
    Kind.YUAN: lambda fen: f"{Decimal(fen) / 100:.2f}",
    Kind.EXACT: lambda number: f"{Decimal(number).quantize(Decimal('0.0001')).normalize():f}",
    Kind.DAY: lambda day: day.isoformat(),
    Kind.JSON: lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
    Kind.CODES: ",".join,
}


def _cell(column: Column, value: Any) -> Any:
    return value if value is None or column.kind not in WRITTEN else WRITTEN[column.kind](value)


def numbered(
    sheets: Mapping[str, Iterable[Mapping[str, object]]], *, first: int = 1
) -> dict[str, list[tuple[int, Mapping[str, object]]]]:
    """Return the rows with their numbers: 1, 2, … in a YAML file, from 2 under a header row."""
    return {key: list(enumerate(rows, start=first)) for key, rows in sheets.items()}
