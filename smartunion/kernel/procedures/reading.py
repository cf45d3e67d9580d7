"""Which facts a rule reads, from its source: `facts["x"]`, `facts.get("x")` and `"x" in facts`.

A rule is a function of the facts, so what it reads of its first argument by name is what it needs.
Facts that it hands on to a helper of its own are not followed.
"""

import ast
import inspect
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any


def facts_read(rule: Callable[..., Any] | None) -> frozenset[str]:
    """Return the names that a guard, a test or a recusal rule looks up in its facts."""
    return _read(rule, _looked_up)


def facts_needed(rule: Callable[..., Any] | None) -> frozenset[str]:
    """Return the names that a rule takes for given, `facts["x"]`: the case must open with them."""
    return _read(rule, _taken_for_given)


def _read(
    rule: Callable[..., Any] | None, look: Callable[[ast.AST, str], set[str]]
) -> frozenset[str]:
    while isinstance(rule, partial):
        rule = rule.func
    code = getattr(rule, "__code__", None)
    if rule is None or code is None:
        return frozenset()
    source = inspect.getsourcefile(rule)
    if source is None or not Path(source).is_file():
        return frozenset()
    found: set[str] = set()
    for node in _functions(source):
        if node.lineno == code.co_firstlineno or _first_line(node) == code.co_firstlineno:
            arguments = node.args.args
            if [one.arg for one in arguments] == list(code.co_varnames[: code.co_argcount]):
                found |= look(node, arguments[0].arg) if arguments else set()
    return frozenset(found)


@cache
def _functions(source: str) -> tuple[ast.FunctionDef | ast.Lambda, ...]:
    tree = ast.parse(Path(source).read_text(encoding="utf-8"))
    return tuple(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda))


def _first_line(node: ast.FunctionDef | ast.Lambda) -> int:
    """Return the line that the compiler calls the first: that of a decorator, if there is one."""
    above = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *(one.lineno for one in above)])


def _taken_for_given(function: ast.AST, facts: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))) if (
                name == facts
            ):
                found.add(key)
    return found


def _looked_up(function: ast.AST, facts: str) -> set[str]:
    found = _taken_for_given(function, facts)
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="get"),
                args=[ast.Constant(value=str(key)), *_],
            ) if name == facts:
                found.add(key)
            case ast.Compare(
                left=ast.Constant(value=str(key)),
                comparators=[ast.Name(id=name)],
            ) if name == facts:
                found.add(key)
    return found
