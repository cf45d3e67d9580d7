"""What is filled in to bring a rule into the house. A form checks the shape; the rules decide."""

from typing import Any

from django import forms

from .rules.asked import Lesson
from .rules.kinds import Level, Scope
from .rules.sla import LEVELS


def _day(label: str, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class Import(forms.Form):
    """A file and what its importer knows of it."""

    file = forms.FileField(
        label="文件（docx、pdf、md、html、txt）", error_messages={"required": "先选一个文件"}
    )
    title = forms.CharField(
        label="名称",
        max_length=80,
        error_messages={"required": "写文件的名称"},
    )
    level = forms.ChoiceField(label="效力", choices=Level.choices(), initial=Level.UNION.value)
    scope = forms.ChoiceField(label="谁可以看", choices=Scope.choices())
    effective_from = _day("施行日", error_messages={"required": "写从哪一天起施行"})
    effective_to = _day("失效日（不含；一直有效就不填）", required=False)
    promulgated_on = _day("公布日", required=False)
    issuer = forms.CharField(label="发布机关", max_length=60, required=False)
    number = forms.CharField(label="文号", max_length=60, required=False)
    supersedes = forms.CharField(label="取代哪个文件（写名称）", max_length=120, required=False)


class Return(forms.Form):
    """Why a draft goes back."""

    because = forms.CharField(
        label="退回理由", max_length=200, min_length=2, error_messages={"required": "写退回理由"}
    )


class HandOver(forms.Form):
    """How much a question presses, and what the desk should know besides."""

    level = forms.ChoiceField(choices=LEVELS)
    note = forms.CharField(max_length=1000, required=False)


class Reply(forms.Form):
    """The desk's answer; its articles are chosen beside it."""

    text = forms.CharField(max_length=1000)
    no_basis = forms.BooleanField(required=False)


class Teach(forms.Form):
    """What a ticket teaches, in words that name nobody."""

    lesson = forms.ChoiceField(choices=Lesson.choices())
    question = forms.CharField(max_length=200, required=False)
    answer = forms.CharField(max_length=1000, required=False)


class Word(forms.Form):
    """An everyday word and the rules' word for it."""

    everyday = forms.CharField(max_length=40)
    legal = forms.CharField(max_length=80)
