"""Every domain has the same rooms, and each room holds what its name says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import CODE, DOMAINS, named, nothing, sources, tree

ROOMS = {
    "__init__", "apps", "models", "rules", "procedure", "actions", "reads", "pages", "forms",
    "api", "jobs", "public", "urls", "gateways", "telling", "protocol",
}  # fmt: skip
FURNITURE = {
    "migrations", "tests", "templates", "static", "templatetags", "management", "plans", "sql",
    "__pycache__",
}  # fmt: skip
DRAWERS = {
    "utils", "util", "helpers", "helper", "common", "services", "service", "managers", "signals",
    "exceptions", "constants", "mixins", "misc", "shared",
}  # fmt: skip

_WALLET = "smartunion/domains/wallet/actions"
_LEDGER = "smartunion/kernel/ledger/actions.py"
_PRIVATE = "smartunion/kernel/private/actions.py"
_TIMERS = "smartunion/kernel/timers/actions.py"
_NOTICES = "smartunion/kernel/notices/actions.py"
NO_TRAIL: dict[str, str] = {
    f"{_NOTICES}: tell": "the notice and its messages are the record",
    f"{_NOTICES}: open_notice": "the notice keeps when it was read",
    f"{_NOTICES}: open_all": "each notice keeps when it was read",
    f"{_WALLET}/points.py: credit_list": "calls another room's credit_points, which records each",
    f"{_WALLET}/uploading.py: upload": "calls pay: the payment and its events are the record",
    f"{_LEDGER}: fold_balances": "moves nothing: sums up what is recorded already",
    f"{_LEDGER}: close_block": "the block that it writes is the record",
    f"{_PRIVATE}: open_sealed": "writes the log of readings, which is apart from the trail",
    f"{_TIMERS}: set_timer": "the row is the record, and its handler records what follows",
    f"{_TIMERS}: cancel": "whoever cancels records what they did it for",
    f"{_TIMERS}: cancel_under": "whoever cancels records what they did it for",
}
"""Actions that need no `record(...)` of their own: "path: name" -> why. It may only get shorter."""
NOT_ATOMIC: dict[str, str] = {
    f"{_WALLET}/paying.py: pay": "one statement is one transaction (docs/adr/0004)",
}
"""Actions that open no transaction block: "path: name" -> why. It may only get shorter."""


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda path: path.name)
def test_every_domain_has_the_same_rooms(domain: Path) -> None:
    rooms = {path.stem for path in domain.glob("*.py")}
    rooms |= {path.name for path in domain.iterdir() if path.is_dir()} - FURNITURE
    assert rooms <= ROOMS, f"{named(domain)} has rooms that no other domain has"


def test_nothing_is_called_by_what_it_is_not() -> None:
    """A drawer for everything has no name of its own."""
    drawers = [named(p) for p in sources() if DRAWERS & {p.stem, p.parent.name}]
    nothing(drawers)


def test_every_init_is_empty() -> None:
    """Django loads an app's __init__ before its tables exist."""
    spoken = [named(p) for p in CODE.rglob("__init__.py") if p.read_text(encoding="utf-8")]
    nothing(spoken)


def actions() -> Iterator[tuple[str, ast.FunctionDef, set[str]]]:
    """Yield each public action, where it stands, and its module's functions that record."""
    for path in sources():
        if "actions" not in {path.stem, path.parent.name} or path.is_relative_to(CODE / "site"):
            continue
        functions = [node for node in tree(path).body if isinstance(node, ast.FunctionDef)]
        recording: set[str] = {"record", "record_each", "record_own"}
        for _ in functions:  # as often as one may call another
            recording |= {f.name for f in functions if called(f) & recording}
        for function in functions:
            if not function.name.startswith("_"):
                yield f"{named(path)}: {function.name}", function, recording


def called(function: ast.FunctionDef) -> set[str]:
    """Return the names of what the function calls, without their modules."""
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    names = (f.id if isinstance(f, ast.Name) else getattr(f, "attr", "") for f in calls)
    return set(names)


def test_every_action_takes_names_only() -> None:
    nothing([where for where, action, _ in actions() if action.args.args])


def test_every_action_ends_with_who_when_why() -> None:
    wrong = []
    for where, action, _ in actions():
        given = [arg.arg for arg in action.args.kwonlyargs]
        told = [name for name in given if name in {"by", "at", "because"}]
        if told != [name for name in ("by", "at", "because") if name in told]:
            wrong.append(where)
    nothing(wrong)


def test_every_action_is_one_transaction() -> None:
    loose = [
        where
        for where, action, _ in actions()
        if where not in NOT_ATOMIC
        and not any("atomic" in ast.unparse(d) for d in action.decorator_list)
    ]
    nothing(loose)


def test_every_action_leaves_a_trail() -> None:
    silent = [
        where
        for where, action, recording in actions()
        if where not in NO_TRAIL and not called(action) & recording
    ]
    nothing(silent)


def test_no_exemption_outlives_its_action() -> None:
    standing = {where for where, _, _ in actions()}
    assert {*NO_TRAIL, *NOT_ATOMIC} - standing == set()


def test_only_the_clock_reads_the_clock() -> None:
    readers = []
    for path in sources():
        if path == CODE / "kernel/base/clock.py" or path.parts[len(CODE.parts)] not in (
            "kernel",
            "domains",
        ):
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in {"now", "today", "utcnow"}
                and ast.unparse(node.value) in {"datetime", "date", "timezone", "dt"}
            ):
                readers.append(f"{named(path)}:{node.lineno}")
    nothing(readers)


def test_every_public_function_says_what_it_is_for() -> None:
    mute = []
    for path in sources():
        if path.name == "apps.py" or "commands" in path.parts:
            continue
        for node in tree(path).body:
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                mute.append(f"{named(path)}:{node.lineno} {node.name}")
    nothing(mute)


def test_the_kernel_knows_no_year() -> None:
    """A year's numbers are terms of a plan; the kernel outlives every plan."""
    dated = []
    for path in sources():
        if not path.is_relative_to(CODE / "kernel"):
            continue
        documented = {
            id(node.value)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Constant) or id(node) in documented:
                continue
            year = isinstance(node.value, int) and node.value in range(2024, 2031)
            example = path.is_relative_to(CODE / "kernel/web")  # 写成日期，例如 2025-03-05
            named_year = isinstance(node.value, str) and "2025" in node.value and not example
            if year or named_year:
                dated.append(f"{named(path)}:{node.lineno} {node.value!r}")
    nothing(dated)
