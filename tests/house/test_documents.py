"""What is written down is true: clauses, words, commands, decisions."""

import ast
import re
import tomllib
from collections import Counter
from importlib import import_module

import pytest

from smartunion.kernel.trail.reads import words_of
from smartunion.site.words import TRAIL

from .house import CODE, ROOT, all_tests, named, nothing, our_models, sources, tracked, tree

CLAUSE = re.compile(r"[RTPKXU]\d{2,3}|\d(\.\d(-\d)?)?[①-⑳]?")
"""R044, T57, P05, K07, X12; a section of the plan: 3.1, 3.1①, 3.1-1②."""

LONGEST_STYLE = 120
RECORDING = {"record", "record_each", "record_own"}
WHO_WHEN_WHY = {"by", "at", "because"}


def plan() -> dict[str, str]:
    told = tomllib.loads((ROOT / "docs/plan.toml").read_text(encoding="utf-8")).get("clause", [])
    ids = Counter(clause["id"] for clause in told)
    nothing([name for name, times in ids.items() if times > 1])
    return {clause["id"]: clause["says"] for clause in told}


def played() -> dict[str, str]:
    """Return the clauses that tests are marked with, and one file that plays each."""
    found = {}
    for path in all_tests():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.clause"):
                for arg in node.args:
                    assert isinstance(arg, ast.Constant), f"{named(path)}:{node.lineno}"
                    found[arg.value] = named(path)
    return found


def test_every_clause_of_the_plan_is_played_by_a_test() -> None:
    nothing(sorted(plan().keys() - played().keys()))


def test_every_clause_that_a_test_plays_is_in_the_plan() -> None:
    nothing(f"{c} played in {where}" for c, where in sorted(played().items()) if c not in plan())


def test_every_clause_is_named_as_the_plan_numbers_it() -> None:
    nothing([name for name in plan() if not CLAUSE.fullmatch(name)])
    nothing([name for name, says in plan().items() if not says.strip()])


def test_every_table_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    missing = [m for m in our_models() if not re.search(rf"\b{m.__name__}\b", glossary)]
    nothing([f"{m._meta.verbose_name} | {m.__name__}" for m in missing])


def test_every_command_is_in_the_operations_manual() -> None:
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    commands = [p.stem for p in CODE.rglob("management/commands/*.py") if p.stem != "__init__"]
    nothing([name for name in sorted(commands) if not re.search(rf"`{name}\b", manual)])


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def test_every_happening_is_told_in_chinese() -> None:
    """What `record("aid.paid", …)` writes is shown on pages; a register's codes tell themselves."""
    mute = set()
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and _called(node) in RECORDING:
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Constant) and words_of(code.value) == code.value:
                    mute.add(f"{named(path)}:{node.lineno} {code.value}")
                facts = {given.arg for given in node.keywords if given.arg} - WHO_WHEN_WHY
                mute |= {f"{named(path)}:{node.lineno} {fact}" for fact in facts - set(TRAIL)}
    nothing(sorted(mute))


def test_every_decision_has_its_own_number_and_all_its_parts() -> None:
    records = sorted((ROOT / "docs/adr").glob("*.md"))
    assert records
    numbers = Counter(path.name[:4] for path in records)
    nothing([number for number, times in numbers.items() if times > 1])
    for path in records:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name), path.name
        text = path.read_text(encoding="utf-8")
        for part in ("Context", "Options", "Decision", "Consequences", "How we notice"):
            assert f"\n## {part}" in text, f"{path.name} has no part '{part}'"


def test_the_style_guide_stays_short() -> None:
    style = (ROOT / "STYLE.md").read_text(encoding="utf-8")
    assert len(style.splitlines()) <= LONGEST_STYLE


def test_links_in_documents_lead_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md":
            text = re.sub(
                r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
            )
            for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
                if not (path.parent / target).exists():
                    broken.append(f"{named(path)}: {target}")
    nothing(broken)


MACHINES = re.compile(
    r"/work/(main|shared)|\.\./shared|/tmp/team|/home/[a-z]+/|"
    r"registry\.npmjs|npmmirror|pypi\.org|pythonhosted|/simple/"
)


def test_no_file_names_a_machine() -> None:
    """What is ours must be at home on any machine, behind any registry."""
    told = []
    for path in tracked():
        if path.name == "test_documents.py" or path.suffix in {".png", ".jpg", ".woff2", ".xlsx"}:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        told += [f"{named(path)}: {found.group()}" for found in MACHINES.finditer(text)]
    nothing(told)


@pytest.mark.parametrize("lock", ["requirements/run.lock", "requirements/dev.lock"])
def test_every_locked_package_has_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8")
    assert all("--hash=sha256:" in pin for pin in re.split(r"\n(?=[a-z])", lines)[1:])
    assert "://" not in lines


def test_every_sentence_of_democracy_is_shown_by_a_test_that_exists() -> None:
    """docs/democracy.md names tests, docs/journal.md what enters the tree."""
    told = (ROOT / "docs/democracy.md").read_text(encoding="utf-8")
    shown = re.findall(r"(\S+\.py)::(test_\w+)", told)
    places = {name: CODE / name if name.startswith(("domains", "kernel")) else ROOT / name
              for name, _ in shown}  # fmt: skip
    missing = [
        f"{name}::{test}" for name, test in shown
        if not re.search(rf"def {test}\(", places[name].read_text(encoding="utf-8"))
    ]  # fmt: skip
    nothing(missing)
    numbers = [int(no) for no in re.findall(r"^\| (\d+) \|", told, re.MULTILINE)]
    assert numbers == list(range(1, 37))
    journal = (ROOT / "docs/journal.md").read_text(encoding="utf-8").partition("## What goes in")[2]
    rows = journal.partition("\n## ")[0]
    nothing([one for one in re.findall(r"`(\w+\.\w+)`", rows) if words_of(one) == one])
    watched = import_module("smartunion.site.migrations.0001_into_the_tree").WATCHED
    nothing(sorted(set(watched) ^ set(re.findall(r"`([a-z]+_[a-z]+)`", rows))))
