#!/usr/bin/env python3
"""双随机: the draw, and the check of a published one. The standard library only.

    python3 sample.py verify frame.json result.json

A frame (branch -> numbers of its original vouchers) is frozen and its root published before the
dice roll; the seed comes of both. ticket(x) = SHA-256(tag | seed | stage | x), every field with
its length before it; the smallest tickets win. Whoever has the two files draws the same.

A key of `always` is no branch: its vouchers are drawn from every time. Branches of `drawn_before`
come after all others. A number that ends with L (large) is looked at whenever its branch is.
"""

import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

TAG = b"zhgh/sample/v1"
LARGE = "L"
HALF, FIFTH, WHOLE = 50, 20, 100

Frame = Mapping[str, Sequence[str]]


def lp(text: str) -> bytes:
    """Return a field with its length before it, so that no two lists of fields look alike."""
    data = text.encode()
    return len(data).to_bytes(4, "big") + data


def frame_root(frame: Frame) -> str:
    """Return what a frame is held to: published before there is a seed."""
    root = hashlib.sha256(TAG + b"/frame")
    for branch in sorted(frame):
        root.update(lp(branch))
        root.update(b"".join(lp(one) for one in sorted(frame[branch])))
    return root.hexdigest()


def seed_of(audit_id: str, root: str, dice: str, beacon: str = "") -> str:
    """Return the seed that nobody could choose: the dice came after the frame."""
    fields = b"".join(lp(one) for one in (audit_id, root, dice, beacon))
    return hashlib.sha256(TAG + b"/seed" + fields).hexdigest()


def tickets(seed: str, stage: str, ids: Iterable[str]) -> dict[str, str]:
    """Return everybody's ticket at a stage of the draw, in hex."""
    begun = hashlib.sha256(TAG + lp(seed) + lp(stage))
    found = {}
    for one in ids:
        ticket = begun.copy()
        ticket.update(lp(one))
        found[one] = ticket.hexdigest()
    return found


def ordered(seed: str, stage: str, ids: Iterable[str]) -> list[str]:
    """Return the ids by their tickets, the smallest first."""
    found = tickets(seed, stage, ids)
    return sorted(found, key=found.__getitem__)


def share(count: int, percent: int) -> int:
    """Return so many per cent of a count, rounded up (T15, T16)."""
    return -(-count * percent // WHOLE)


def branches(
    frame: Frame,
    seed: str,
    *,
    percent: int = HALF,
    always: Collection[str] = (),
    drawn_before: Collection[str] = (),
) -> list[str]:
    """Return the drawn branches in the draw's order: who was never drawn comes first."""
    pool = ordered(seed, "branch", [one for one in frame if one not in always])
    pool.sort(key=lambda one: one in drawn_before)  # stable: the tickets still order each part
    return pool[: share(len(pool), percent)]


def vouchers(ids: Sequence[str], seed: str, *, percent: int = FIFTH) -> list[str]:
    """Return a branch's drawn vouchers: the share by tickets, then what is large anyway."""
    by_ticket = ordered(seed, "voucher", ids)
    drawn = by_ticket[: share(len(ids), percent)]
    return drawn + [one for one in by_ticket[len(drawn) :] if one.endswith(LARGE)]


def draw(
    frame: Frame,
    seed: str,
    *,
    branch_percent: int = HALF,
    voucher_percent: int = FIFTH,
    always: Collection[str] = (),
    drawn_before: Collection[str] = (),
) -> dict[str, list[str]]:
    """Return the drawn vouchers of each drawn branch, those of `always` last."""
    picked = branches(frame, seed, percent=branch_percent, always=always, drawn_before=drawn_before)
    return {
        one: vouchers(frame[one], seed, percent=voucher_percent)
        for one in [*picked, *sorted(set(always) & set(frame))]
    }


def again(frame: Frame, result: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a published result should have drawn."""
    seed = seed_of(result["audit_id"], frame_root(frame), result["dice"], result.get("beacon", ""))
    return draw(
        frame,
        seed,
        branch_percent=result.get("branch_percent", HALF),
        voucher_percent=result.get("voucher_percent", FIFTH),
        always=result.get("always", ()),
        drawn_before=result.get("drawn_before", ()),
    )


def differences(frame: Frame, result: Mapping[str, Any]) -> list[str]:
    """Return in words what of a published result is not so; empty for a true one."""
    root = frame_root(frame)
    found = []
    if root != result["frame_root"]:
        found.append("名单的哈希与公布的不同：名单在公布之后改过")
    if (
        seed_of(result["audit_id"], root, result["dice"], result.get("beacon", ""))
        != result["seed"]
    ):
        found.append("种子不是由名单和点数得来的")
    drawn = again(frame, result)
    if list(drawn) != list(result["drawn"]):
        found.append("抽中的分会不同")
    for branch in drawn:
        if drawn[branch] != list(result["drawn"].get(branch, [])):
            found.append(f"{branch} 抽中的凭证不同")
    return found


def main(arguments: Sequence[str]) -> int:
    """Check two downloaded files and say what is not so."""
    match list(arguments):
        case ["verify", *files] if len(files) == len(("frame", "result")):
            frame, result = (json.loads(Path(one).read_text(encoding="utf-8")) for one in files)
        case _:
            sys.stdout.write(__doc__)
            return 2
    wrong = differences(frame["frame"], result)
    for one in [*wrong, "不一致 MISMATCH" if wrong else "一致 OK"]:
        sys.stdout.write(f"{one}\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
