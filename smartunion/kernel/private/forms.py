"""What people fill in when they break the glass, and when they review it."""

from typing import Any

from django import forms

from smartunion.kernel.web.fields import DayField

from .models import Glass

LEAST = 6
"""Characters of a reason: less says nothing."""


class Breaking(forms.Form):
    """Which record of the matter, and why now."""

    kind = forms.ChoiceField(label="哪一份资料")
    reason = forms.ChoiceField(label="紧急情况", choices=Glass.Reason.choices)
    because = forms.CharField(
        label="事由",
        min_length=LEAST,
        max_length=200,
        help_text="现在发生了什么，为什么等不及有权限的人。复核人逐字读。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label="哪一份资料", choices=kinds)


class Reviewing(forms.Form):
    """Whether it was called for."""

    verdict = forms.ChoiceField(label="结论", choices=Glass.Verdict.choices)
    because = forms.CharField(label="意见", min_length=LEAST, max_length=200)


class PuttingOff(forms.Form):
    """Until when the person is not told yet, and why the emergency lasts."""

    until = DayField(label="延后到")
    because = forms.CharField(label="为什么还不能告知", max_length=200, help_text="不写姓名和病情")
