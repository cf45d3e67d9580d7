"""What people fill in. A form checks the shape; the rules decide."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core import signing

MOST_FEN = 99_999_99
"""A till takes at most five digits of yuan: more is a slip of the finger."""

SALT = "wallet.till"
DAYS_GOOD = timedelta(days=3)


class Fen(forms.Field):
    """An amount in yuan, typed as 28.5 or 28.50; cleaned to whole fen."""

    default_error_messages = {
        "invalid": "金额写成 28.50 这样，最多两位小数",
        "zero": "金额要大于 0",
        "most": "一笔最多 99,999.99 元",
    }

    def to_python(self, value: Any) -> int | None:
        """Return fen, or None when empty."""
        text = str(value or "").strip().replace(",", "").lstrip("¥￥")
        if not text:
            return None
        try:
            fen = Decimal(text) * 100
        except InvalidOperation:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from None
        if not fen.is_finite() or fen != fen.to_integral_value():
            raise forms.ValidationError(self.error_messages["invalid"], "invalid")
        if fen <= 0:
            raise forms.ValidationError(self.error_messages["zero"], "zero")
        if fen > MOST_FEN:
            raise forms.ValidationError(self.error_messages["most"], "most")
        return int(fen)


class Because(forms.Form):
    """A decision needs a reason that both sides may read."""

    because = forms.CharField(
        max_length=200, min_length=2, error_messages={"required": "写一句理由，付款人和商户会看到"}
    )


class Allotment(forms.Form):
    """How much of the month's quota to draw."""

    amount = Fen(error_messages={"required": "写划拨多少"})


class Appeal(forms.Form):
    """What the payer says; saying nothing is allowed."""

    because = forms.CharField(max_length=200, required=False)


class Binding(forms.Form):
    """The name that a member gives a phone."""

    label = forms.CharField(max_length=40, error_messages={"required": "给这部手机起个名字"})


@dataclass(frozen=True)
class TillKey:
    """Under which number of which terminal and business day a form books."""

    terminal_id: int
    day: date
    seq: int


class Key(forms.CharField):
    """A form's own key, signed by the house so that nobody books under another's number."""

    def clean(self, value: Any) -> Any:
        """Return the TillKey; a forged or stale one is refused."""
        text = super().clean(value)
        try:
            terminal_id, day, seq = signing.loads(text, salt=SALT, max_age=DAYS_GOOD)
        except (signing.BadSignature, ValueError):
            raise forms.ValidationError("这一页放得太久了，请刷新收银台再收") from None
        return TillKey(int(terminal_id), date.fromisoformat(day), int(seq))


def key_for(terminal_id: int, day: date, seq: int) -> str:
    """Return the key that a till's form carries, so that asking twice is one payment."""
    return signing.dumps((terminal_id, f"{day:%Y-%m-%d}", seq), salt=SALT)


class Asking(forms.Form):
    """Asking what became of a sale."""

    form_key = Key()


class Sale(forms.Form):
    """What a cashier enters: the price and the customer's code."""

    form_key = Key()
    amount = Fen(error_messages={"required": "先输入金额"})
    code = forms.CharField(max_length=30, error_messages={"required": "请顾客出示付款码"})

    def clean_code(self) -> str:
        """Return the code's digits; a scanner's spaces are dropped."""
        digits = re.sub(r"\s", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{18}", digits):
            raise forms.ValidationError("付款码是 18 位数字，请重新扫码")
        return digits


class Refunding(forms.Form):
    """What a cashier gives back and why."""

    form_key = Key()
    amount = Fen(error_messages={"required": "写退多少"})
    because = forms.CharField(max_length=100, error_messages={"required": "写为什么退"})


class Explaining(forms.Form):
    """Why nothing stands under a terminal's numbers."""

    day = forms.DateField()
    first = forms.IntegerField()
    because = forms.CharField(
        max_length=200, error_messages={"required": "写清楚这几个号为什么空着"}
    )


class Batch(forms.Form):
    """An Excel list of points."""

    file = forms.FileField(error_messages={"required": "先选一张 Excel 名单"})
    because = forms.CharField(
        max_length=100, error_messages={"required": "写为什么发，会写进每个人的账单"}
    )

    def clean_file(self) -> Any:
        """Return the file if it can be an Excel of bearable size."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(".xlsx"):
            raise forms.ValidationError("要 .xlsx 格式；旧的 .xls 请另存一次")
        if file.size > 5 * 1024 * 1024:
            raise forms.ValidationError("文件超过 5 MB，请分几张传")
        return file
