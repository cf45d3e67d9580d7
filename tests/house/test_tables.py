"""Tables name themselves, keep what must never be false, and point down or home."""

import re
import tomllib

from django.apps import apps
from django.db import models

from .house import CODE, ROOT, named, nothing, our_models, room_of, sources

CHINESE = re.compile("[一-鿿]")

CROSSINGS: set[str] = set()
"""Foreign keys from one domain into another, each with an ADR. The list may only get shorter."""


def test_every_table_has_a_chinese_name() -> None:
    nothing([m.__name__ for m in our_models() if not CHINESE.search(str(m._meta.verbose_name))])


def test_every_table_explains_its_chinese_name() -> None:
    """The first line of the docstring starts with the plan's own word."""
    mute = [m for m in our_models() if not re.match("[^:：]*[一-鿿][^:：]*[:：]", m.__doc__ or "")]
    nothing([f"{m.__module__}.{m.__name__}" for m in mute])


def test_foreign_keys_point_down_or_home() -> None:
    """import-linter cannot see a string ForeignKey, so the model graph is asked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {c["id"]: c for c in project["tool"]["importlinter"]["contracts"]}
    storeys = [re.findall(r"smartunion[a-z.]+", row) for row in contracts["kernel"]["layers"]]
    floors = {name: -number for number, row in enumerate(storeys) for name in row}
    wrong = []
    for model in our_models():
        home = room_of(model.__module__)
        for field in model._meta.get_fields():
            if not (field.is_relation and field.concrete and isinstance(field.related_model, type)):
                continue
            target = room_of(field.related_model.__module__)
            if target == home or not target.startswith("smartunion."):
                continue
            down = target.startswith("smartunion.kernel.") and (
                not home.startswith("smartunion.kernel.") or floors[target] < floors[home]
            )
            name = f"{home}.{model.__name__}.{field.name} -> {target}"
            if not down and name not in CROSSINGS:
                wrong.append(name)
    nothing(wrong)


def test_nothing_happens_behind_a_save() -> None:
    """No save() overrides, no order that a reader did not ask for."""
    nothing([m.__name__ for m in our_models() if "save" in m.__dict__ or m._meta.ordering])


def test_a_field_s_last_word_is_its_unit() -> None:
    kinds = {"_fen": models.IntegerField, "_at": models.DateTimeField, "_on": models.DateField}
    wrong = []
    for model in our_models():
        for field in model._meta.fields:
            for ending, kind in kinds.items():
                right = isinstance(field, kind) and not (
                    kind is models.DateField and isinstance(field, models.DateTimeField)
                )
                if field.name.endswith(ending) and not right:
                    wrong.append(f"{model.__name__}.{field.name}")
    nothing(wrong)


def test_money_is_never_a_float() -> None:
    floats = [
        f"{m.__name__}.{f.name}"
        for m in our_models()
        for f in m._meta.fields
        if isinstance(f, models.FloatField) and re.search("fen|amount|yuan", f.name)
    ]
    nothing(floats)


def test_no_table_is_tied_to_a_schema() -> None:
    """One schema per university: nothing names the schema that it lives in."""
    tied = [
        named(path)
        for path in [*sources(), *CODE.rglob("migrations/*.py"), *CODE.rglob("*.sql")]
        if re.search(r"\bpublic\.[a-z_]+\s*(\(|SET|WHERE|VALUES)", path.read_text(encoding="utf-8"))
        and "INSERT INTO public." in path.read_text(encoding="utf-8")
    ]
    nothing(tied)


def test_every_app_of_ours_is_installed() -> None:
    installed = {config.name for config in apps.get_app_configs()}
    ours = {
        ".".join(path.parent.relative_to(CODE.parent).parts) for path in sources()
        if path.name == "apps.py"
    }  # fmt: skip
    assert ours - installed == set()
