"""What is filled in: a survey to open, an answer."""

from django import forms

from .models import Survey
from .rules.counting import INDICATORS, SCORES


class Opening(forms.Form):
    """A survey's question and whom it asks."""

    title = forms.CharField(label="名称", max_length=60)
    question = forms.CharField(label="问题", max_length=300, help_text="发出后不能改")
    audience = forms.ChoiceField(label="对象", choices=Survey.Audience.choices)
    indicator = forms.ChoiceField(
        label="对应指标", required=False, choices=(("", "不对应指标"), *INDICATORS)
    )
    named = forms.CharField(
        label="家长工号",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="只在问家长时填：托育中心在册名单上的工号，用空格或换行分开；结束时随名单销毁",
    )


class Answering(forms.Form):
    """A score by a slip."""

    code = forms.CharField(label="答题码", max_length=40)
    score = forms.TypedChoiceField(label="你的评价", choices=(("", "请选择"), *SCORES), coerce=int)
