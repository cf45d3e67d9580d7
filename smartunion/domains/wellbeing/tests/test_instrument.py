"""The wording of the items: a marked stand-in, or a licensed file whose every byte is checked."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from smartunion.domains.wellbeing.reads import instrument
from smartunion.domains.wellbeing.rules import refusals


def licensed(**changed: Any) -> bytes:
    told = json.loads(instrument.STAND_IN.read_text("utf-8"))
    told |= {"stand_in": False, "licence": "授权 2025-1", "version": "licensed-1", **changed}
    return json.dumps(told, ensure_ascii=False).encode()


def put(tmp_path: Path, settings: Any, raw: bytes, sha256: str = "") -> None:
    path = tmp_path / "items.json"
    path.write_bytes(raw)
    settings.WELLBEING_ITEMS = str(path)
    settings.WELLBEING_ITEMS_SHA256 = sha256 or hashlib.sha256(raw).hexdigest()
    instrument._read.cache_clear()


def test_without_a_licence_there_is_a_stand_in_that_says_so(settings: Any) -> None:
    settings.WELLBEING_ITEMS = ""
    found = instrument.text()
    assert found.is_stand_in
    assert all("占位" in item for item in found.items)
    assert "不是量表原文" in found.note


def test_the_licensed_file_is_taken_by_its_hash(tmp_path: Path, settings: Any) -> None:
    put(tmp_path, settings, licensed())
    found = instrument.text()
    assert (found.is_stand_in, found.licence, len(found.items)) == (False, "授权 2025-1", 90)


@pytest.mark.parametrize(
    ("raw", "sha256", "why"),
    [
        (licensed(), "0" * 64, "SHA-256"),
        (licensed(items=["一题"] * 90), "", "现有 1 个"),
        (licensed(items=[f"{n}" for n in range(89)]), "", "现有 89 个"),
        (licensed(choices=["有", "没有"]), "", "5 个选项"),
        (licensed(licence=""), "", "授权"),
        (b"{}", "", "格式"),
        (b"\xff", "", "格式"),
    ],
)
def test_a_file_that_is_not_the_one_that_was_meant_is_refused(
    tmp_path: Path, settings: Any, raw: bytes, sha256: str, why: str
) -> None:
    put(tmp_path, settings, raw, sha256)
    with pytest.raises(refusals.TextWrong, match=why):
        instrument.text()


def test_a_file_that_is_not_there_is_refused(settings: Any) -> None:
    settings.WELLBEING_ITEMS = "/nowhere/items.json"
    with pytest.raises(refusals.TextWrong, match="读不到"):
        instrument.text()
