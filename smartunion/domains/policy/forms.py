"""What is filled in to bring a rule into the house. A form checks the shape; the rules decide."""

from typing import Any

from django import forms

from .rules.answers import CITATION
from .rules.asked import Lesson
from .rules.kinds import Level, Scope
from .rules.sla import LEVELS

LONGEST_CITED, LONGEST_WORDS = 80, 60


def _day(label: str, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class Import(forms.Form):
    """A file and what its importer knows of it."""

    file = forms.FileField(
        label="文件",
        help_text="docx、pdf、md、html、txt，最多 20 MB；扫描件没有文字，不收",
    )
    title = forms.CharField(
        label="名称",
        max_length=80,
        error_messages={"required": "写文件的名称"},
    )
    level = forms.ChoiceField(label="效力", choices=Level.choices(), initial=Level.UNION.value)
    scope = forms.ChoiceField(label="谁可以看", choices=Scope.choices())
    effective_from = _day("施行日", error_messages={"required": "写从哪一天起施行"})
    effective_to = _day("失效日", required=False, help_text="从这一天起不再有效；一直有效就不填")
    promulgated_on = _day("公布日", required=False)
    issuer = forms.CharField(label="发布机关", max_length=60, required=False)
    number = forms.CharField(label="文号", max_length=60, required=False)
    supersedes = forms.CharField(
        label="取代哪个文件",
        max_length=120,
        required=False,
        help_text="写登记簿里的名称；发布后，那个文件自施行日起不再引用",
    )


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


class CaseForm(forms.Form):
    """What happened to somebody, told without names."""

    title = forms.CharField(label="案名", max_length=80)
    facts = forms.CharField(label="案情", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    result = forms.CharField(
        label="结果", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    cites = forms.CharField(
        label="依据的条文",
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="一行一条，如：福利采购管理办法第七条",
    )
    source = forms.CharField(label="出处", max_length=120)
    source_url = forms.URLField(
        label="出处地址", max_length=300, required=False, assume_scheme="https"
    )

    def clean_cites(self) -> tuple[str, ...]:
        """Return one citation a line, each naming a document and an article."""
        cites = tuple(dict.fromkeys(self.cleaned_data["cites"].split()))
        if wrong := [
            one for one in cites if not CITATION.fullmatch(one) or len(one) > LONGEST_CITED
        ]:
            raise forms.ValidationError(f"写成“文件名称第几条”：{wrong[0][:40]}")
        return cites


class TopicForm(forms.Form):
    """What the rules do not say, and who knows."""

    topic = forms.CharField(label="事项", max_length=40, help_text="写已有的事项就是改它")
    words = forms.CharField(
        label="识别词",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一组；+ 表示都要有，| 表示有其一，如：发多少|多少钱+月饼|福利",
    )
    answer = forms.CharField(
        label="怎么答", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, desks: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the offices that answer."""
        super().__init__(*args, **kwargs)
        self.fields["desk"] = forms.ChoiceField(label="转人工的岗位", choices=desks)

    def clean_words(self) -> list[str]:
        """Return the groups of words; each names something, none is so short that it hits all."""
        words = list(dict.fromkeys(self.cleaned_data["words"].split()))
        for one in words:
            parts = [part for group in one.split("+") for part in group.split("|")]
            if len(one) > LONGEST_WORDS or not all(parts) or sum(map(len, one.split("+"))) <= 1:
                raise forms.ValidationError(f"这一组太短、太长或缺词：{one[:40]}")
        return words
