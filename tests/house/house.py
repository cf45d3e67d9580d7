"""How the tests of this directory look at the house: its sources, tables, pages and refusals."""

import ast
import importlib
import pkgutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

import smartunion
from smartunion.kernel.base.refusals import Refused

ROOT = Path(__file__).parents[2]
CODE = ROOT / "smartunion"
DOMAINS = sorted(path for path in (CODE / "domains").iterdir() if (path / "__init__.py").exists())


def named(path: Path) -> str:
    """Return the path as a reader of the message would look for it."""
    return str(path.relative_to(ROOT))


def nothing(found: Iterable[object]) -> None:
    """Assert that nothing was found; what was is told line by line."""
    told = [str(one) for one in found]
    assert not told, "\n" + "\n".join(told)


@cache
def sources() -> tuple[Path, ...]:
    """Return our Python files, but for tests and migrations."""
    apart = {"migrations", "tests"}
    return tuple(sorted(p for p in CODE.rglob("*.py") if not apart & set(p.parts)))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def all_tests() -> tuple[Path, ...]:
    return tuple(sorted([*CODE.rglob("test_*.py"), *(ROOT / "tests").rglob("test_*.py")]))


def tracked() -> list[Path]:
    """Return the files that belong to the project (an unpacked archive has no git to ask)."""
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = [ROOT / name for name in told.stdout.split("\0") if name]
    return [path for path in found if path.is_file()] or list(sources())


def our_models() -> list[type[Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith("smartunion.")]


def room_of(module: str) -> str:
    """Return the package that a module lives in, such as smartunion.kernel.trail."""
    return ".".join(module.split(".")[:3])


def import_everything() -> None:
    """Import every module of ours, so that every class has been told of."""
    for found in pkgutil.walk_packages(smartunion.__path__, "smartunion."):
        parts = found.name.split(".")
        if not {"tests", "migrations", "asgi", "wsgi"} & set(parts):
            importlib.import_module(found.name)


def refusals() -> list[type[Refused]]:
    import_everything()

    def below(cls: type[Refused]) -> Iterator[type[Refused]]:
        for sub in cls.__subclasses__():
            yield sub
            yield from below(sub)

    ours = (no for no in below(Refused) if ".tests." not in no.__module__)
    return sorted(set(ours), key=lambda no: (no.__module__, no.__name__))


def pages(
    patterns: list[URLPattern | URLResolver] | None = None, above: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield every address with its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = f"{above}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, here)
        else:
            yield here, pattern
