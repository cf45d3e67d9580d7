"""How well does the policy desk find articles, and how fast? Nothing is tuned here.

    smartunion bench policy --corpus DIR --questions FILE [--peers]

DIR holds one Markdown file per statute; FILE one JSON object per line with `question`, `kind` and
`groups`: every group is needed, inside a group any [statute, article] counts; no groups means that
the corpus has no answer. The corpus is imported by the real actions into a scratch schema of the
configured database, which is dropped afterwards; every question is a request of a signed-in person
to `/api/policy/search/`, through every middleware, and that is what the times are of. With --peers,
rank_bm25, bm25s and Haystack answer the same questions in the same run, in an environment of their
own; their q/s is of their bare function. The last line is one JSON object.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PARTS = Path(__file__).parent / "parts"
SCHEMA = "bench_policy"
COPIED = (
    "policy_%", "people_%", "trail_entry", "trail_delivery", "files_file", "django_session",
)  # fmt: skip
GOALS = {"r5": 0.60, "plain_r5": 0.95, "p95_ms": 50.0, "import_seconds": 60.0}
DEPTH = 10
Ask = Callable[[str], list[tuple[str, int]]]


def say(text: str) -> None:
    """Tell the person who waits; the figures go to standard output alone."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def scratch() -> Iterator[None]:
    """Put empty copies of the tables before the real ones, and a folder; drop them at the end."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.policy_stamp')")
        if cursor.fetchone()[0] is None:
            call_command("migrate", verbosity=0, skip_checks=True)
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        likes = " OR ".join("tablename LIKE %s" for _ in COPIED)
        cursor.execute(
            f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND ({likes})", COPIED
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(f"SET search_path = {SCHEMA}, public")
        kept = settings.MEDIA_ROOT
        try:
            with tempfile.TemporaryDirectory() as folder:
                settings.MEDIA_ROOT = folder
                yield
        finally:
            settings.MEDIA_ROOT = kept
            cursor.execute("SET search_path = public")
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def set_up() -> None:
    """Make the house importable here, on its own database."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartunion.site.settings")
    from smartunion.site import embedded

    embedded.ensure()
    import django

    django.setup()


def first_day(text: str) -> date:
    """Return since when a statute's file says that it holds."""
    for key in ("effective_from", "last_amended"):
        if found := re.search(rf"<!--\s*{key}:\s*(\d{{4}}-\d\d-\d\d)", text):
            return date.fromisoformat(found[1])
    return date(1949, 10, 1)


def bring_in(corpus: Path) -> dict[str, Any]:
    """Import and publish every statute of the folder."""
    from smartunion.domains.policy.actions import importing
    from smartunion.domains.policy.models import Piece
    from smartunion.kernel.base import clock
    from smartunion.kernel.base.days import campus_day

    begun = time.perf_counter()
    files = sorted(corpus.glob("*.md"))
    if not files:
        raise SystemExit(f"{corpus} holds no *.md")
    for path in files:
        content = path.read_bytes()
        at = clock.now()
        since = min(first_day(content.decode()), campus_day(at))  # asked when all is in force
        told = importing.Told(title=path.stem, effective_from=since, level="law")
        kept = importing.keep(content=content, name=path.name, told=told, by=None, at=at)
        importing.publish(version_id=kept.pk, by=None, at=at)
    taken = time.perf_counter() - begun
    articles = Piece.objects.filter(kind="article").count()
    return {"documents": len(files), "articles": articles, "import_seconds": round(taken, 2)}


def ours() -> tuple[Ask, Callable[[str], str]]:
    """Return how the house answers through its API: as (statute, article), and how sure it was."""
    from django.test import Client

    from smartunion.domains.policy.rules.numerals import value
    from smartunion.kernel.people.models import Office, Person, Unit
    from smartunion.kernel.people.reads import MEMBER_GRANTS

    unit = Unit.objects.create(code="B01", name="测试工会分会", kind=Unit.Kind.BRANCH)
    Office.objects.create(code=MEMBER_GRANTS, title="会员", scope="own", grants=["policy.own"])
    lin = Person.objects.create(username="bench", name="林老师", unit=unit, kind=Person.Kind.STAFF)
    client = Client()
    client.force_login(lin)

    def found(question: str) -> dict[str, Any]:
        asked = {"q": question, "limit": DEPTH}
        answer = client.get("/api/policy/search/", asked, secure=True)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"the API answers {answer.status_code}: {answer.content[:200]!r}")
        told: dict[str, Any] = answer.json()
        return told

    def ask(question: str) -> list[tuple[str, int]]:
        return [
            (hit["title"], value(hit["label"].partition("条")[0].lstrip("第").strip()) or 0)
            for hit in found(question)["hits"]
        ]

    found("开始")  # builds the index once
    return ask, lambda question: str(found(question)["tier"])


def score(asked: list[dict[str, Any]], ask: Ask) -> dict[str, Any]:
    """Return r1, r3, r5 and mrr10, over all and by kind, with the times."""
    rows: dict[str, list[tuple[float, ...]]] = {}
    times = []
    for one in asked:
        begun = time.perf_counter()
        got = ask(one["question"])[:DEPTH]
        times.append((time.perf_counter() - begun) * 1000)
        groups = [{(title, number) for title, number in group} for group in one["groups"]]
        right = set().union(*groups)
        shares = [sum(bool(g & set(got[:k])) for g in groups) / len(groups) for k in (1, 3, 5)]
        rank = next((1 / n for n, hit in enumerate(got, 1) if hit in right), 0.0)
        for kind in ("all", one.get("kind", "other")):
            rows.setdefault(kind, []).append((*shares, rank))
    by_kind = {
        kind: {
            name: round(statistics.mean(row[i] for row in found), 4)
            for i, name in enumerate(("r1", "r3", "r5", "mrr10"))
        } | {"questions": len(found)}
        for kind, found in rows.items()
    }  # fmt: skip
    ordered = sorted(times)
    return {
        **by_kind.pop("all"),
        **by_kind,
        "qps": round(1000 * len(times) / sum(times), 1),
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
    }


def unanswerable(asked: Iterable[dict[str, Any]], sure: Callable[[str], str]) -> dict[str, Any]:
    """Return how questions without an answer were met: none may look sure."""
    tiers: dict[str, int] = {}
    number = 0
    for one in asked:
        tier = sure(one["question"])
        tiers[tier] = tiers.get(tier, 0) + 1
        number += 1
    return {
        "questions": number,
        "tiers": tiers,
        "sure": tiers.get("high", 0) + tiers.get("exact", 0),
    }


def peers(corpus: Path, questions: Path) -> dict[str, Any]:
    """Let other engines answer the same questions, each in an environment of its own."""
    place = Path(tempfile.gettempdir()) / "smartunion_bench_policy"
    python = place / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    told = {}
    for name, packages in (
        ("rank_bm25", ["rank_bm25", "jieba"]), ("bm25s", ["bm25s", "jieba"]),
        ("haystack", ["haystack-ai"]),
    ):  # fmt: skip
        got = subprocess.run(
            [python, "-m", "pip", "install", "-q", "numpy", *packages],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if got.returncode:
            say(f"{name} is skipped: pip could not install it: {got.stderr[-200:]}")
            continue
        say(f"peer: {name}")
        done = subprocess.run(
            [python, str(PARTS / "policy_peer.py"), name, str(corpus), str(questions)],
            stdout=subprocess.PIPE, text=True, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        if done.returncode == 0:
            answers = json.loads(done.stdout)
            for engine, hits in answers.items():
                told[engine] = hits
    return told


def main() -> None:
    """Import, ask, count."""
    read = argparse.ArgumentParser(prog="smartunion bench policy")
    read.add_argument("--corpus", type=Path, required=True)
    read.add_argument("--questions", type=Path, required=True)
    read.add_argument("--peers", action="store_true")
    asked_for = read.parse_args()
    set_up()
    lines = asked_for.questions.read_text(encoding="utf-8").splitlines()
    everything = [json.loads(line) for line in lines if line.strip()]
    for one in everything:
        one.setdefault("groups", [one["gold"]] if one.get("gold") else [])
    answerable = [one for one in everything if one["groups"]]
    with scratch():
        say(f"importing {asked_for.corpus}")
        brought = bring_in(asked_for.corpus)
        ask, sure = ours()
        say(f"asking {len(everything)} questions")
        told = score(answerable, ask) if answerable else {}
        none = unanswerable((one for one in everything if not one["groups"]), sure)
    told |= {"none": none, **brought}
    if asked_for.peers:
        others = peers(asked_for.corpus, asked_for.questions)
        told["peers"] = {
            name: {
                key: value
                for key, value in score(answerable, _recalled(hits)).items()
                if key not in ("p50_ms", "p95_ms")
            } | {"qps": hits["qps"]}
            for name, hits in others.items()
        }  # fmt: skip
    told["goals"] = GOALS
    print(json.dumps(told, ensure_ascii=False))


def _recalled(hits: dict[str, Any]) -> Ask:
    return lambda question: [(title, number) for title, number in hits["hits"][question]]


if __name__ == "__main__":
    main()
