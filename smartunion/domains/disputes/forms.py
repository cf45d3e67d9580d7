"""What applicants and mediators fill in."""

from typing import Any

from django import forms

from .rules.topics import TOPICS, WAYS


class Long(forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea(attrs={"rows": 4})


class Day(forms.DateField):
    """A day, picked."""

    widget = forms.DateInput(attrs={"type": "date"})


class Applying(forms.Form):
    """What happened, since when, what is asked for."""

    topic = forms.ChoiceField(label="关于什么", choices=(("", "请选择"), *TOPICS))
    known_on = Day(label="哪一天知道的", help_text="知道或应当知道权利被侵害的那天，时限从这天起算")
    story = Long(label="发生了什么", max_length=3000)
    demand = Long(label="请求什么", max_length=1000)
    evidence = Long(label="有哪些证据", max_length=1000, required=False)


class Event(forms.Form):
    """What happened outside, and on which day."""

    what = forms.ChoiceField(label="发生了什么")
    on = Day(label="哪一天", help_text="照文书上的日期填，填后不能改")

    def __init__(self, data: Any, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["what"] = forms.ChoiceField(label="发生了什么", choices=choices)
        self.order_fields(["what", "on"])


class Confirming(forms.Form):
    """Whether the agreement is theirs."""

    is_confirmed = forms.TypedChoiceField(
        label="这份协议", choices=(("yes", "我确认"), ("no", "我不确认")),
        coerce=lambda value: value == "yes",
    )  # fmt: skip


class Purpose(forms.Form):
    """What one opens a sealed part for."""

    purpose = forms.CharField(label="为了什么看", max_length=100)


class Mediation(forms.Form):
    """How the talk went."""

    is_agreed = forms.TypedChoiceField(
        label="达成协议", choices=(("no", "没有"), ("yes", "达成")),
        coerce=lambda value: value == "yes",
    )  # fmt: skip
    minutes = Long(label="调解笔录", max_length=5000)
    agreement = Long(label="协议内容", max_length=3000, required=False,
                     help_text="谁、在哪一天前、做什么")  # fmt: skip


class FollowUp(forms.Form):
    """Whether the agreement was kept."""

    is_kept = forms.TypedChoiceField(
        label="协议履行了吗", choices=(("yes", "已履行"), ("no", "没有履行")),
        coerce=lambda value: value == "yes",
    )  # fmt: skip


class Inquiry(forms.Form):
    """Somebody asked for advice."""

    way = forms.ChoiceField(label="方式", choices=WAYS)
    topic = forms.ChoiceField(label="类别", choices=TOPICS)


class EarlierYear(forms.Form):
    """How many cases the year before had."""

    cases = forms.IntegerField(label="件数", min_value=0, max_value=100_000)
    source = forms.CharField(label="来源", max_length=200, help_text="哪一本登记簿、第几页")
