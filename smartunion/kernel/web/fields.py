"""Form fields of the house: yuan in, fen out; days; moments."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from smartunion.kernel.base import money
from smartunion.kernel.base.days import CAMPUS

from . import wording

MOST_YUAN = Decimal(10) ** 12


def fen_of(text: str) -> int:
    """Return fen for an amount as people write it: "¥1,234.50", "1234.5", "−5".

    Raises ValueError for what is not a number or is finer than a fen (1.234).
    """
    plain = text.strip().replace("−", "-").replace("，", ",").lstrip("¥￥").strip()
    if not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", plain, re.ASCII):
        raise ValueError(f"{text!r} is not an amount")
    digits = plain.replace(",", "")
    try:
        if abs(Decimal(digits)) > MOST_YUAN:
            raise ValueError("too large")
    except InvalidOperation as no:
        raise ValueError(text) from no
    return money.yuan(digits)


class YuanField(forms.CharField):
    """An amount written in yuan, cleaned to whole fen."""

    default_error_messages = {
        "yuan": "写成元，最多两位小数，例如 1,234.50",
        "least": "不能小于 {least} 元",
    }

    def __init__(self, *, least_fen: int | None = 0, **kwargs: Any) -> None:
        self.least_fen = least_fen
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show fen from the row as yuan; what was typed stays as typed."""
        return wording.amount(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return fen, None when empty and not required."""
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            fen = fen_of(text)
        except ValueError as no:
            raise ValidationError(self.error_messages["yuan"], code="yuan") from no
        if self.least_fen is not None and fen < self.least_fen:
            least = wording.amount(self.least_fen)
            raise ValidationError(self.error_messages["least"].format(least=least), code="least")
        return fen

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts, not spellings."""
        try:
            return bool(fen_of(str(data)) != initial)
        except ValueError:
            return bool(data != initial)


class DayField(forms.DateField):
    """A day, picked in the browser's own calendar."""

    default_error_messages = {"invalid": "写成日期，例如 2025-03-05"}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"])
        super().__init__(**kwargs)


class MomentField(forms.DateTimeField):
    """A moment on campus."""

    default_error_messages = {"invalid": "写成日期和时间，例如 2025-03-05 14:30"}

    def __init__(self, **kwargs: Any) -> None:
        shape = "%Y-%m-%dT%H:%M"
        kwargs.setdefault(
            "widget", forms.DateTimeInput(format=shape, attrs={"type": "datetime-local"})
        )
        super().__init__(input_formats=[shape, "%Y-%m-%d %H:%M"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a kept moment as the browser's own picker writes it."""
        if isinstance(value, str) and "+" in value:
            return f"{datetime.fromisoformat(value).astimezone(CAMPUS):%Y-%m-%dT%H:%M}"
        return super().prepare_value(value)
