"""The tree: whoever kept a checkpoint sees any change, and nobody learns what a leaf stood for."""

import base64
import json
import runpy
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from hypothesis import given
from hypothesis import settings as patiently
from hypothesis import strategies as st

from smartunion.kernel import tree
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import record
from smartunion.kernel.tree import actions, audits, growing, reads, rules
from smartunion.kernel.tree.models import Checkpoint, Cosignature, Leaf, Witness
from smartunion.kernel.tree.refusals import Altered, CosignatureWrong, KeyWrong, NoSuchSize
from tests.cast import MARCH_5

SCRIPT = Path(tree.__file__).parent / "static" / "tree" / "journal.py"
JOURNAL: dict[str, Any] = runpy.run_path(str(SCRIPT))
VECTOR = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
VECTOR_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
"""The reference vector of certificate transparency."""


# ---------- the arithmetic ----------


def root_of(leaves: list[bytes]) -> bytes:
    """Return the root by its definition (RFC 9162, 2.1.1), slowly."""
    if len(leaves) == 1:
        return leaves[0]
    middle = rules.split(len(leaves))
    return rules.node_hash(root_of(leaves[:middle]), root_of(leaves[middle:]))


def told(leaves: list[bytes], spans: list[rules.Span]) -> list[bytes]:
    return [rules.folded([root_of(leaves[a:b]) for a, b in rules.complete(span)]) for span in spans]


def test_the_reference_vector_has_its_root() -> None:
    leaves = [rules.leaf_hash(bytes.fromhex(each)) for each in VECTOR]
    assert root_of(leaves).hex() == VECTOR_ROOT
    assert rules.folded([root_of(leaves[:4]), root_of(leaves[4:])]).hex() == VECTOR_ROOT


@patiently(deadline=None)  # a laden machine is slow, not wrong
@given(st.integers(1, 70), st.data())
def test_every_proof_holds_and_no_other_does(size: int, data: st.DataObject) -> None:
    leaves = [rules.leaf_hash(b"%d" % i) for i in range(size)]
    root = root_of(leaves)
    seq = data.draw(st.integers(0, size - 1))
    path = told(leaves, rules.inclusion(seq, size))
    included = JOURNAL["is_included"]
    assert included(leaves[seq], seq, size, path, root)
    assert not included(rules.leaf_hash(b"other"), seq, size, path, root)
    assert size == 1 or not included(leaves[seq], (seq + 1) % size, size, path, root)
    old = data.draw(st.integers(1, size))
    steps = told(leaves, rules.consistency(old, size))
    continued = JOURNAL["is_continued"]
    assert continued(old, size, root_of(leaves[:old]), root, steps)
    assert not continued(old, size, rules.leaf_hash(b"other"), root, steps)


# ---------- in the database ----------


def write(count: int, by: Person | None = None) -> list[Entry]:
    person = by or Person.objects.get_or_create(username="keeper", name="管理员")[0]
    with transaction.atomic():
        return [record("people.away", person, by=by, at=MARCH_5, n=i) for i in range(count)]


@pytest.mark.django_db
def test_what_is_written_has_one_place_and_every_root_is_the_definitions() -> None:
    before = reads.size()
    for count in (1, 2, 5, 1, 16):
        write(count)
        growing.keep(at=MARCH_5)
    assert reads.size() == before + 25
    leaves = [bytes(h) for h in Leaf.objects.order_by("seq").values_list("hash", flat=True)]
    for size in (1, 2, 3, before + 3, before + 25):
        assert reads.root(size) == root_of(leaves[:size])
        for seq in {0, size // 2, size - 1}:
            path = reads.inclusion(seq, size)
            assert JOURNAL["is_included"](leaves[seq], seq, size, path, reads.root(size))
    assert reads.consistency(3, before + 25) == told(leaves, rules.consistency(3, before + 25))
    with pytest.raises(NoSuchSize, match=str(before + 25)):
        reads.consistency(3, before + 26)
    assert offenders() == []


def offenders() -> list[Any]:
    found = []
    for sql in (audits.DIFFERING, audits.NODES, audits.CHECKPOINTS):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found += cursor.fetchall()
    return found


@pytest.mark.django_db
def test_the_tree_refuses_to_be_changed_and_only_forgets() -> None:
    (entry,) = write(1)
    growing.keep(at=MARCH_5)
    leaf = Leaf.objects.get(kind="trail_entry", row=entry.pk)
    for change in (
        lambda: Leaf.objects.filter(pk=leaf.pk).update(row=1),
        lambda: Leaf.objects.filter(pk=leaf.pk).delete(),
        lambda: Checkpoint.objects.update(note=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    told_before = reads.receipt(leaf)
    actions.forget(kind="trail_entry", row=entry.pk, by=None, at=MARCH_5, because="按期销毁")
    leaf.refresh_from_db()
    assert leaf.salt is None
    told_after = reads.receipt(leaf)
    assert "payload" not in told_after
    assert told_after["path"] == told_before["path"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaf.objects.filter(pk=leaf.pk).update(salt=b"again")


@pytest.mark.django_db
def test_a_row_changed_behind_the_house_is_named_and_nothing_more_is_signed() -> None:
    entry = write(3)[1]
    growing.keep(at=MARCH_5)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger hears of it
        cursor.execute("UPDATE trail_entry SET because = '改过' WHERE id = %s", [entry.pk])
    assert [what for where, what in offenders() if str(entry.pk) in where] == [
        "the row was changed"
    ]
    leaf = Leaf.objects.get(kind="trail_entry", row=entry.pk)
    with connection.cursor() as cursor:  # a keeper who rebuilds the leaf is caught by the nodes
        cursor.execute("UPDATE tree_leaf SET hash = sha256('x') WHERE seq = %s", [leaf.pk])
    assert any(f"tree_leaf {leaf.pk}" in where for where, _ in offenders())
    last = reads.newest()
    assert last is not None
    with connection.cursor() as cursor:  # and who rebuilds the nodes, too, by what was signed
        cursor.execute("UPDATE tree_node SET hash = sha256('y') WHERE level >= 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    write(1)
    with pytest.raises(Altered, match=str(last.size)):
        growing.keep(at=MARCH_5 + timedelta(minutes=1))


@pytest.mark.django_db
def test_a_checkpoint_is_signed_every_ten_seconds_at_most() -> None:
    write(1)
    growing.keep(at=MARCH_5)
    write(1)
    growing.keep(at=MARCH_5 + timedelta(seconds=5))
    assert Checkpoint.objects.count() == 1
    growing.keep(at=MARCH_5 + timedelta(seconds=10))
    growing.keep(at=MARCH_5 + timedelta(seconds=60))
    assert Checkpoint.objects.count() == 2, "nothing came since"


@pytest.mark.django_db(transaction=True)
def test_writers_and_growers_side_by_side_leave_no_gap() -> None:
    begun = reads.size()

    def writer() -> None:
        try:
            for _ in range(10):
                write(2)
        finally:
            connections.close_all()

    def grower() -> None:
        try:
            for _ in range(10):
                growing.keep(at=MARCH_5)
        finally:
            connections.close_all()

    Person.objects.get_or_create(username="keeper", name="管理员")
    threads = [threading.Thread(target=each) for each in (writer, writer, grower, grower)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    growing.keep(at=MARCH_5)
    assert reads.size() == begun + 40
    assert offenders() == []


# ---------- witnesses ----------


@pytest.fixture
def address(live_server: Any) -> str:
    return f"{live_server.url}/tree"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, check=False
    )


def sworn(place: Path, name: str = "audit-office.example") -> Witness:
    key = run("key", name, str(place)).stdout
    return actions.admit(words="审计处", key=key, by=None, at=MARCH_5, because="常委会决议")


@pytest.mark.django_db(transaction=True)
def test_a_witness_signs_what_continues_and_refuses_what_goes_back(
    address: str, tmp_path: Path
) -> None:
    sworn(tmp_path)
    write(3)
    growing.keep(at=MARCH_5)
    assert run("witness", address, str(tmp_path), "0").stderr == ""
    write(4)
    growing.sign(at=MARCH_5, now=True) if growing.keep(at=MARCH_5) else None
    assert run("witness", address, str(tmp_path), "0").stderr == ""
    assert Cosignature.objects.count() == Checkpoint.objects.count() == 2
    receipt = tmp_path / "receipt.json"
    leaf = Leaf.objects.get(seq=2)
    receipt.write_text(json.dumps(reads.receipt(leaf)))
    checked = run("verify", str(receipt))
    assert "一致 OK" in checked.stdout, checked.stderr
    assert "1 方见证" in checked.stdout
    for name, wrong in (
        ("payload", "改过的内容"),
        ("path", [base64.b64encode(bytes(32)).decode()] * len(reads.receipt(leaf)["path"])),
        ("seq", 1),
    ):
        receipt.write_text(json.dumps({**reads.receipt(leaf), name: wrong}))
        checked = run("verify", str(receipt))
        assert checked.returncode == 1, name
        assert "不一致" in checked.stderr
    memory = tmp_path / "state.json"
    state = json.loads(memory.read_text())
    memory.write_text(json.dumps({**state, "size": 99}))
    assert "倒退" in run("witness", address, str(tmp_path), "0").stderr
    memory.write_text(json.dumps({**state, "size": 5}))
    assert "被改过" in run("witness", address, str(tmp_path), "0").stderr
    assert Cosignature.objects.count() == 2


@pytest.mark.django_db
def test_a_signature_of_nobody_admitted_is_refused(client: Client, tmp_path: Path) -> None:
    write(1)
    growing.keep(at=MARCH_5)
    newest = reads.newest()
    assert newest is not None
    answer = client.post("/tree/cosignatures/", newest.note, content_type="text/plain")
    assert answer.status_code == 403
    assert answer.json()["refused"]["code"] == "tree.cosignature_wrong"
    with pytest.raises(CosignatureWrong, match="不是本校签发过"):
        growing.cosign(note="别家的树\n1\nAAAA\n\n— x AAAA\n", at=MARCH_5)
    for key in ("", "a+b+c", run("key", "x.example", str(tmp_path)).stdout.replace("+", "-", 1)):
        with pytest.raises(KeyWrong):
            actions.admit(words="审计处", key=key, by=None, at=MARCH_5, because="决议")


def test_both_hands_sign_alike() -> None:
    """Ed25519 of the script and of the house agree, and one changed bit is seen."""
    seed = bytes(range(32))
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    ours = Ed25519PrivateKey.from_private_bytes(seed)
    assert JOURNAL["sign"](seed, b"text") == ours.sign(b"text")
    public, signature = JOURNAL["public_of"](seed), ours.sign(b"text")
    assert JOURNAL["is_signed"](public, b"text", signature)
    assert not JOURNAL["is_signed"](public, b"Text", signature)
    assert not JOURNAL["is_signed"](public, b"text", bytes(64))


# ---------- pages ----------


def about_me(person: Person) -> list[str]:
    return [f"people.person:{person.pk}"]


MATTERS = (about_me,)


@pytest.mark.django_db
def test_the_public_page_says_how_many_have_witnessed(client: Client, tmp_path: Path) -> None:
    assert "还没有检查点" in client.get("/tree/").content.decode()
    assert client.get("/tree/checkpoint.txt").status_code == 404
    write(2)
    growing.keep(at=MARCH_5)
    page = client.get("/tree/").content.decode()
    assert "见证不足" in page
    assert "journal.py" in page
    note = client.get("/tree/checkpoint.txt").content.decode()
    assert JOURNAL["signs"](
        JOURNAL["parsed_key"](client.get("/tree/key.txt").content.decode()),
        note.partition("\n\n")[0] + "\n",
        JOURNAL["parsed_note"](note)[3],
    )
    assert client.get("/tree/consistency/1/9999").json()["refused"]["code"] == "tree.no_such_size"


@pytest.mark.django_db
def test_i_take_the_receipt_of_what_i_did_and_of_my_own_matters_and_nobody_elses(
    client: Client, settings: Any
) -> None:
    lin = Person.objects.create(username="lin0", name="林")
    (mine,), (theirs,) = write(1, by=lin), write(1)
    growing.keep(at=MARCH_5)
    client.force_login(lin)
    seq = Leaf.objects.get(kind="trail_entry", row=mine.pk).seq
    assert f"/tree/leaves/{seq}/" in client.get("/tree/mine/").content.decode()
    assert client.get(f"/tree/leaves/{seq}/").status_code == 200
    assert client.get(f"/tree/leaves/{seq}/receipt.json").json()["seq"] == seq
    other = Leaf.objects.get(kind="trail_entry", row=theirs.pk).seq
    assert client.get(f"/tree/leaves/{other}/").status_code == 404
    settings.TREE_MATTERS = f"{__name__}.MATTERS"
    with transaction.atomic():
        decided = record("procedures.passed", lin, by=theirs.by, at=MARCH_5, step="票决")
    waiting = reads.proven("procedures.passed", f"people.person:{lin.pk}")
    assert waiting is not None
    assert (waiting.seq, waiting.mark) == (None, "hold")
    growing.keep(at=MARCH_5 + timedelta(minutes=1))
    seq = Leaf.objects.get(kind="trail_entry", row=decided.pk).seq
    assert client.get(f"/tree/leaves/{seq}/receipt.json").json()["seq"] == seq, (
        "decided in a matter of mine"
    )
    assert f"/tree/leaves/{seq}/" in client.get("/tree/mine/").content.decode()
    proven = reads.proven("procedures.passed", f"people.person:{lin.pk}")
    assert proven is not None
    assert (proven.seq, proven.words, proven.mark) == (seq, "还没有见证", "hold")
    checkpoint = Checkpoint.objects.latest("size")
    for name in ("审计处", "档案馆"):
        witness = Witness.objects.create(name=name, words=name, key="", admitted_at=MARCH_5)
        Cosignature.objects.create(checkpoint=checkpoint, witness=witness, line="x", at=MARCH_5)
    proven = reads.proven("procedures.passed", f"people.person:{lin.pk}")
    assert proven is not None
    assert (proven.words, proven.mark) == ("已由 2 方见证", "ok")
    assert reads.proven("procedures.closed", f"people.person:{lin.pk}") is None
