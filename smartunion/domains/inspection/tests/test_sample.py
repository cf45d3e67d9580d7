"""The draw as anybody computes it again, and what a sample by amount may claim."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartunion.domains.inspection.rules import money, sample
from smartunion.domains.inspection.rules.parties import widths

FRAME = {f"B{i:02}": [f"V2026Q3-B{i:02}-{j:04}" for j in range(1, 41 + i)] for i in range(1, 23)}
DICE = "48113906572204417395"
BEACON = "SSQ-2026110:03-09-14-21-28-33+07"
BRANCHES = "B13 B09 B05 B04 B06 B19 B02 B21 B11 B15 B07"


def published() -> dict[str, object]:
    root = sample.frame_root(FRAME)
    seed = sample.seed_of("AUD-2026-3", root, DICE, BEACON)
    return {
        "audit_id": "AUD-2026-3", "dice": DICE, "beacon": BEACON, "frame_root": root, "seed": seed,
        "drawn": sample.draw(FRAME, seed),
    }  # fmt: skip


@pytest.mark.clause("R165")
@pytest.mark.clause("R166")
def test_verify_reproduces_the_test_vector(tmp_path: Path) -> None:
    """The published figures, by the script as it is downloaded, in a Python of its own."""
    told = published()
    assert (told["frame_root"][:8], told["frame_root"][-8:]) == ("b1ddc74e", "f882c633")
    assert (told["seed"][:8], told["seed"][-8:]) == ("ffa11838", "05a7cc1e")
    drawn = told["drawn"]
    assert " ".join(drawn) == BRANCHES
    assert [one[-4:] for one in drawn["B13"][:3]] == ["0025", "0010", "0005"]
    assert (sum(map(len, drawn.values())), sum(map(len, FRAME.values()))) == (115, 1133)
    files = tmp_path / "frame.json", tmp_path / "result.json"
    script = tmp_path / "sample.py"
    script.write_bytes(Path(sample.__file__).read_bytes())

    def verified(frame: object, result: object) -> tuple[int, str]:
        for file, what in zip(files, (frame, result), strict=True):
            file.write_text(json.dumps(what), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-I", script, "verify", *files],
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout

    assert verified({"frame": FRAME}, told) == (0, "一致 OK\n")
    other = {**FRAME, "B13": [*FRAME["B13"], "V2026Q3-B13-9999"]}
    assert "名单的哈希与公布的不同" in verified({"frame": other}, told)[1]
    kinder = {**told, "drawn": {**drawn, "B13": drawn["B13"][1:]}}
    assert verified({"frame": FRAME}, kinder)[0] == 1


@pytest.mark.clause("T15")
def test_who_was_never_drawn_comes_first() -> None:
    """Eleven drawn before, eleven now: in two rounds every branch has had its turn."""
    seed = "5eed"
    first = sample.branches(FRAME, seed)
    then = sample.branches(FRAME, "another", drawn_before=first)
    assert len(first) == len(then) == 11
    assert set(first) | set(then) == set(FRAME)


@pytest.mark.clause("T16")
def test_a_fifth_is_rounded_up_and_what_is_large_is_always_looked_at() -> None:
    assert [sample.share(n, 20) for n in (0, 1, 5, 6, 41, 62)] == [0, 1, 1, 2, 9, 13]
    ids = [f"V-{n:04}{'L' if n == 7 else ''}" for n in range(1, 31)]
    for seed in ("a", "b", "c", "d"):
        assert "V-0007L" in sample.vouchers(ids, seed)
    drawn = sample.draw({**FRAME, "U1": ["V-1", "V-2"]}, "seed", always=["U1"])
    assert len(drawn) == 12
    assert len(drawn["U1"]) == 1, "the union's own money is looked at every time"


@settings(max_examples=40, deadline=None)
@given(st.text("0123456789", min_size=20, max_size=20))
def test_no_dice_draw_more_or_fewer(dice: str) -> None:
    seed = sample.seed_of("AUD", sample.frame_root(FRAME), dice)
    drawn = sample.draw(FRAME, seed)
    assert len(drawn) == 11
    for branch, numbers in drawn.items():
        assert len(set(numbers)) == len(numbers) == sample.share(len(FRAME[branch]), 20)
        assert set(numbers) <= set(FRAME[branch])


def test_twenty_digits_are_seven_seven_and_six() -> None:
    assert list(widths(20).values()) == [7, 7, 6]


@pytest.mark.clause("R171")
def test_a_sample_without_an_error_still_claims_no_more_than_its_size() -> None:
    """No error in 100, 300, 598: the bound is 2.95 %, 0.99 %, 0.50 %."""
    assert (money.needed(Fraction(1, 2)), money.needed(Fraction(5))) == (598, 59)
    for n, bound in ((100, 2.95), (300, 0.99), (598, 0.50)):
        found = money.claim([Fraction(0)] * n)
        assert found.point == 0
        assert round(found.bound * 100, 2) == bound
    half = money.claim([Fraction(0)] * 99 + [Fraction(1, 2)])
    assert half.point == Fraction(1, 200)
    assert 0.0295 < half.bound < 0.0474, "one half error lies between none and a whole one"
    assert money.claim([]).bound == 1.0, "nothing looked at claims nothing"


def test_what_is_worth_more_is_drawn_by_amount_more_often() -> None:
    amounts = {f"V{n}": 100 for n in range(40)} | {"RICH": 100_000}
    hits = sum("RICH" in money.by_amount(amounts, f"seed{n}", 5) for n in range(40))
    assert hits == 40
    salted = money.amount_root(amounts, "salt")
    assert salted != money.amount_root({**amounts, "RICH": 99_999}, "salt")
    assert salted != money.amount_root(amounts, "another")
