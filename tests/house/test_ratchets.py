"""What we would rather not have may only become less: ratchets.toml keeps the counts."""

import io
import re
import tokenize
import tomllib
from pathlib import Path

import pytest

from .house import CODE, ROOT, all_tests
from .test_rooms import NO_TRAIL, NOT_ATOMIC
from .test_tables import CROSSINGS

KEPT: dict[str, int] = tomllib.loads(
    (Path(__file__).parent / "ratchets.toml").read_text(encoding="utf-8")
)


def comments(pattern: str) -> int:
    """Count the comments of our Python files that say it."""
    count = 0
    for path in {*CODE.rglob("*.py"), *all_tests(), *(ROOT / "bench").rglob("*.py")}:
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        count += sum(
            1 for t in tokens if t.type == tokenize.COMMENT and re.search(pattern, t.string)
        )
    return count


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("noqa", r"noqa\b"), ("type_ignore", r"type:\s*ignore"), ("todo", r"\b(TODO|FIXME|XXX)\b")],
)
def test_there_are_no_more_of_them(what: str, pattern: str) -> None:
    count = comments(pattern)
    assert count <= KEPT[what], f"{count} {what} where there were {KEPT[what]}: mend one instead"


def test_there_are_no_more_exemptions() -> None:
    assert len(NO_TRAIL) + len(NOT_ATOMIC) <= KEPT["exempt_actions"]
    assert len(CROSSINGS) <= KEPT["crossings"]
