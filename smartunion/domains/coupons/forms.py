"""What people fill in about coupons."""

import re
from typing import Any, cast

from django import forms

from smartunion.kernel.web.fields import YuanField

from .models import Coupon


class Issue(forms.Form):
    """A coupon that an officer issues."""

    kind = forms.ChoiceField(label="种类", choices=Coupon.Kind.choices)
    username = forms.CharField(
        label="工号", max_length=60, error_messages={"required": "写持有人的工号"}
    )
    document = forms.CharField(
        label="凭据号", max_length=80, error_messages={"required": "写凭什么发，例如打卡名单编号"}
    )
    because = forms.CharField(
        label="事由",
        max_length=200,
        min_length=2,
        error_messages={"required": "写事由，持有人会看到"},
    )


class Venue(forms.Form):
    """What a venue takes off a coupon."""

    amount = YuanField(label="金额（元）", least_fen=1, error_messages={"required": "先输入金额"})
    code = forms.CharField(
        label="券码", max_length=30, error_messages={"required": "请持有人出示券码"}
    )

    def clean_code(self) -> str:
        """Return the code's digits; a scanner's spaces are dropped."""
        return re.sub(r"\s", "", self.cleaned_data["code"])


class Finance(forms.Form):
    """An invoice that a research coupon pays."""

    amount = YuanField(label="金额（元）", least_fen=1, error_messages={"required": "写核销多少"})
    item = forms.ChoiceField(label="用途")
    invoice = forms.CharField(
        label="发票号", max_length=60, error_messages={"required": "写发票号"}
    )

    def __init__(self, *args: Any, items: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["item"]).choices = [(each, each) for each in items]


class Undoing(forms.Form):
    """Which redemption is undone, and why."""

    undo = forms.IntegerField()
    because = forms.CharField(
        label="理由", max_length=200, min_length=2, error_messages={"required": "写清楚哪里收错了"}
    )


class Payout(forms.Form):
    """The bank's slip by which a venue was paid."""

    merchant = forms.IntegerField()
    slip = forms.CharField(label="付款回单号", max_length=60)
