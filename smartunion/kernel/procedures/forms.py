"""The general form of a step, made from what its sheet asks for; and what else is said in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.files import rules as file_rules
from smartunion.kernel.people.models import Person, Unit, UnitKind
from smartunion.kernel.web.fields import DayField, MomentField, YuanField

from .define import Fact, Output, Procedure, Step
from .models import Case, StepRun

FACT, TEXT, FILES, STEP = "fact_", "text_", "files_", "step_"
WRITTEN = {"form", "record"}
"""Outputs that may be written on the page; everything else is a file."""
PICTURES = {"photo", "screenshot"}
LONGEST_TEXT = 400
MOST_MEGABYTES = file_rules.MOST_BYTES // 2**20
LONGEST_STORY = 4000
ENOUGH_NAMES = 5
FLAGS = (("", "请选择"), ("yes", "是"), ("no", "否"))


class Files(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploads, each looked at as the store of files will look at it."""

    def __init__(self, *, pictures: bool = False, **kwargs: Any) -> None:
        accept = (
            "image/*"
            if pictures
            else ",".join(
                ending for endings in file_rules.ENDINGS.values() for ending in endings.split()
            )
        )
        attrs = {"multiple": True, "accept": accept, "hx-preserve": "true"}
        kwargs.setdefault("widget", Files(attrs=attrs))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the uploads as a list; each error names its file."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        errors = [told for upload in given if (told := _fault(upload))]
        if errors:
            raise ValidationError(errors)
        return list(given)


def _fault(upload: "UploadedFile[bytes]") -> str:
    """Return why a file cannot be kept, in the store's own words; empty for a good one."""
    name, size = upload.name or "", upload.size or 0
    most = file_rules.MOST_BYTES
    no: Refused | None = None
    if size == 0:
        no = file_rules.Empty(name=name)
    elif size > most:
        no = file_rules.TooLarge(name=name, megabytes=f"{size / 2**20:.1f}", most=most // 2**20)
    else:
        upload.seek(0)
        media_type = file_rules.media_type_of(upload.read(file_rules.HEAD_BYTES))
        upload.seek(0)
        if media_type is None:
            no = file_rules.WrongType(name=name)
        elif not file_rules.ending_fits(name, media_type):
            ending = file_rules.ENDINGS[media_type].split()[0]
            no = file_rules.WrongEnding(name=name, ending=ending)
    return f"{no}；{no.remedy.format(**no.facts)}" if no else ""


class PersonField(forms.CharField):
    """A person by staff number or by full name, cleaned to their key."""

    default_error_messages = {
        "nobody": "没有这个人：写工号或完整姓名",
        "several": "有 {count} 个人叫这个名字，请写工号：{which}",
    }

    def prepare_value(self, value: Any) -> Any:
        """Show a kept key as the person's number."""
        if isinstance(value, int):
            return Person.objects.filter(pk=value).values_list("username", flat=True).first() or ""
        return value

    def clean(self, value: Any) -> int | None:
        """Return the person's key, None when empty and not required."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        word = text.split()[0]
        found = list(Person.objects.filter(is_active=True, username=word))
        found = found or list(Person.objects.filter(is_active=True, name=text).order_by("username"))
        if not found:
            raise ValidationError(self.error_messages["nobody"], code="nobody")
        if len(found) > 1:
            which = "、".join(f"{p.username}（{p.unit}）" for p in found[:ENOUGH_NAMES])
            words = self.error_messages["several"].format(count=len(found), which=which)
            raise ValidationError(words, code="several")
        return found[0].pk


class UnitField(forms.TypedChoiceField):
    """One of the union's units or the university's departments, cleaned to its key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_units, coerce=int, empty_value=None, **kwargs)


def _units() -> list[tuple[str, Any]]:
    kinds = (UnitKind.BRANCH, UnitKind.SPECIAL, UnitKind.DEPARTMENT)
    rows = Unit.objects.filter(kind__in=kinds).order_by("code")
    return [
        ("", "请选择"),
        *((kind.label, [(str(u.pk), u.name) for u in rows if u.kind == kind]) for kind in kinds),
    ]


def _flag(**kwargs: Any) -> forms.Field:
    """Return the question for yes or no; neither is chosen beforehand."""
    return forms.TypedChoiceField(
        choices=FLAGS, coerce=lambda word: word == "yes", empty_value=None, **kwargs
    )


KINDS: dict[str, Callable[..., forms.Field]] = {
    "text": lambda **k: forms.CharField(max_length=LONGEST_TEXT, **k),
    "longtext": lambda **k: forms.CharField(
        max_length=LONGEST_STORY, widget=forms.Textarea(attrs={"rows": 4}), **k
    ),
    "int": lambda **k: forms.IntegerField(min_value=0, **k),
    "fen": YuanField,
    "date": DayField,
    "moment": MomentField,
    "bool": _flag,
    "person": PersonField,
    "unit": UnitField,
}
HINTS = {"fen": "单位：元", "person": "工号或完整姓名"}


def field_of(fact: Fact) -> forms.Field:
    """Return the form field of a fact. Every asked fact is required: the sheet asks for it."""
    hint = fact.hint or HINTS.get(fact.kind, "")
    if fact.kind == "choice":
        choices = [("", "请选择"), *fact.choices]
        return forms.ChoiceField(choices=choices, label=fact.name, help_text=hint)
    return KINDS[fact.kind](label=fact.name, help_text=hint)


class StepForm(forms.Form):
    """What one step asks for: its facts, its outputs, a word to the file.

    `there` are the codes of outputs that lie in the file already; those are not asked again, but
    may be added to. `saving` accepts what is there so far (handing in before finishing).
    """

    def __init__(
        self,
        *args: Any,
        sheet: Procedure,
        step: Step,
        facts: Mapping[str, Any],
        there: frozenset[str],
        saving: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False  # a file may stand in place of written words
        self.step = step
        for name in step.asks:
            field = field_of(sheet.forms[name])
            field.required = not saving
            field.initial = _shown(sheet.forms[name], facts.get(name))
            self.fields[FACT + name] = field
        for output in step.outputs:
            self._ask_for(output, there=output.code in there, needed=not saving)
        self.fields["because"] = forms.CharField(
            label="办理说明", required=False, max_length=LONGEST_TEXT, help_text="记入日志"
        )

    def _ask_for(self, output: Output, *, there: bool, needed: bool) -> None:
        pictures, written = output.kind in PICTURES, output.kind in WRITTEN
        missing = needed and not there
        if written:
            self.fields[TEXT + output.code] = forms.CharField(
                label=output.name, required=missing, max_length=LONGEST_STORY,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text="已有一份，可再补充" if there else "写在这里，或在下面上传",
            )  # fmt: skip
        self.fields[FILES + output.code] = FilesField(
            label=f"{output.name}（附件）" if written else output.name,
            required=missing and not written,
            pictures=pictures,
            help_text=("已交，可再补交。" if there and not written else "")
            + ("照片，可选多张" if pictures else f"可选多个文件，单个不超过 {MOST_MEGABYTES} MB"),
        )

    def clean(self) -> dict[str, Any]:
        """Take a file in place of the written words of an output."""
        for output in self.step.outputs:
            if self.cleaned_data.get(FILES + output.code):
                self.errors.pop(TEXT + output.code, None)
        return self.cleaned_data

    def facts(self) -> dict[str, Any]:
        """Return the facts as they are kept: days and moments as text, the rest as they are."""
        found = {}
        for name in self.step.asks:
            value = self.cleaned_data.get(FACT + name)
            if value is not None and value != "":
                found[name] = _kept(value)
        return found

    def texts(self) -> dict[str, str]:
        """Return what was written for outputs, by the output's code."""
        return self._of(TEXT)

    def uploads(self) -> dict[str, "list[UploadedFile[bytes]]"]:
        """Return the uploads, by the output's code."""
        return self._of(FILES)

    def _of(self, prefix: str) -> dict[str, Any]:
        return {
            output.code: given
            for output in self.step.outputs
            if (given := self.cleaned_data.get(prefix + output.code))
        }

    def has_files(self) -> bool:
        """Test if the form takes files at all."""
        return any(isinstance(field, FilesField) for field in self.fields.values())


def _shown(fact: Fact, value: Any) -> Any:
    if fact.kind == "bool" and value is not None:
        return "yes" if value else "no"
    return value


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(CAMPUS).isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else value


Form = forms.Form
"""Any form of a case's page, for those who only pass it on."""


class Because(forms.Form):
    """A reason, without which the act is not done."""

    because = forms.CharField(
        label="理由", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="记入日志，有关的人都看得到",
    )  # fmt: skip


class SendingBack(Because):
    """Back to which step, and why."""

    to = forms.ChoiceField(label="退回到")
    field_order = ["to", "because"]

    def __init__(self, *args: Any, targets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.ChoiceField(label="退回到", choices=targets)


class Assigning(Because):
    """Who is to do an open step from now on, as A or B, and why."""

    person = PersonField(label="改由谁办", help_text=HINTS["person"])
    part = forms.ChoiceField(label="作为", choices=[("A", "A角（主办）"), ("B", "B角（备份）")])
    field_order = ["person", "part", "because"]


class Migrating(Because):
    """Where the steps go that another version of the sheet does not know, and why.

    A step that is open must go somewhere; one that is done may stay what it was.
    """

    def __init__(self, *args: Any, case: Case, sheet: Procedure, to: Procedure, **kw: Any) -> None:
        super().__init__(*args, **kw)
        codes = {step.code for step in to.steps}
        runs = case.runs.order_by("pk").values_list("step", "state")
        self.states = {step: state for step, state in runs if step not in codes}
        for code, state in self.states.items():
            going = state in (StepRun.State.OPEN, StepRun.State.WAITING)
            old = sheet.step(code) if code in {step.code for step in sheet.steps} else None
            into = [s for s in to.steps if old is None or not going or old.is_like(s)]
            self.fields[STEP + code] = forms.ChoiceField(
                label=f"“{sheet.name_of(code)}”{'（在办）' if going else '（已办）'}在新版里是",
                choices=[("", "请选择" if going else "不再有这一步，材料留存"),
                         *((step.code, step.name) for step in into)],
                required=going,
            )  # fmt: skip
        self.order_fields([*(STEP + code for code in self.states), "because"])

    def steps(self) -> dict[str, str]:
        """Return old codes with the new ones that were chosen."""
        chosen = {code: self.cleaned_data.get(STEP + code) for code in self.states}
        return {code: to for code, to in chosen.items() if to}


class Ballot(forms.Form):
    """One vote. Nothing is chosen beforehand."""

    choice = forms.ChoiceField(
        label="我的一票",
        choices=[("yes", "赞成"), ("no", "反对"), ("abstain", "弃权")],
        widget=forms.RadioSelect,
    )
