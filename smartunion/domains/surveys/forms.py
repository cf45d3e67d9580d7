"""What is filled in: a survey to open, an answer."""

from django import forms

from .models import Survey
from .rules.counting import SCORES


class Opening(forms.Form):
    """A survey's question and whom it asks."""

    title = forms.CharField(label="名称", max_length=60)
    question = forms.CharField(label="问题", max_length=300, help_text="发出后不能改")
    audience = forms.ChoiceField(label="对象", choices=Survey.Audience.choices)
    indicator = forms.ChoiceField(
        label="对应指标", required=False, choices=(("", "不对应"), ("K01", "K01 教职工满意度"))
    )


class Answering(forms.Form):
    """A score by a slip."""

    code = forms.CharField(label="答题码", max_length=40)
    score = forms.TypedChoiceField(label="你的评价", choices=(("", "请选择"), *SCORES), coerce=int)
