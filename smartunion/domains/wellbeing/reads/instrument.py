"""The wording of the ninety items: a licensed file outside the house, or a marked stand-in.

The form is that of plans/stand-in.json. A file that is named in WELLBEING_ITEMS is taken only when
its bytes have the SHA-256 of WELLBEING_ITEMS_SHA256: one changed character, and it is refused.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from smartunion.domains.wellbeing.rules import refusals
from smartunion.domains.wellbeing.rules.scale import ITEMS, LEAST, MOST

STAND_IN = Path(__file__).parent.parent / "plans" / "stand-in.json"


@dataclass(frozen=True)
class Text:
    """What is shown to whoever answers."""

    code: str
    version: str
    licence: str
    intro: str
    choices: tuple[str, ...]
    items: tuple[str, ...]
    sha256: str
    is_stand_in: bool
    note: str = ""


def text() -> Text:
    """Return the items' wording; refused where the licensed file is not the one that was meant."""
    return _read(str(settings.WELLBEING_ITEMS), settings.WELLBEING_ITEMS_SHA256)


@lru_cache(maxsize=4)
def _read(path: str, sha256: str) -> Text:
    raw = _bytes(path)
    digest = hashlib.sha256(raw).hexdigest()
    if path and digest != sha256:
        raise refusals.TextWrong(why="SHA-256 与设定的不同")
    try:
        told = json.loads(raw)
        found = Text(
            code=str(told["code"]),
            version=str(told["version"]),
            licence=str(told.get("licence", "")),
            intro=str(told["intro"]),
            choices=tuple(map(str, told["choices"])),
            items=tuple(str(one).strip() for one in told["items"]),
            sha256=digest,
            is_stand_in=bool(told.get("stand_in")),
            note=str(told.get("note", "")),
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise refusals.TextWrong(why="不是约定的格式") from wrong
    whole = [one for one in found.items if one]
    if len(whole) != ITEMS or len(set(whole)) != ITEMS:
        raise refusals.TextWrong(why=f"要 {ITEMS} 个各不相同的题目，现有 {len(set(whole))} 个")
    if len(found.choices) != MOST - LEAST + 1:
        raise refusals.TextWrong(why=f"要 {MOST - LEAST + 1} 个选项")
    if not found.is_stand_in and not found.licence.strip():
        raise refusals.TextWrong(why="没有写明授权")
    return found


def _bytes(path: str) -> bytes:
    try:
        return (Path(path) if path else STAND_IN).read_bytes()
    except OSError as wrong:
        raise refusals.TextWrong(why="文件读不到") from wrong
