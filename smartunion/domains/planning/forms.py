"""Shapes of what officers type about the plan. Rules and sums are the actions' business."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms

from smartunion.kernel.base.money import yuan


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _because(hint: str = "") -> forms.CharField:
    return forms.CharField(
        label="事由", max_length=400, help_text=hint or "写明依据，例如“常委会5月6日会议纪要”"
    )


class Achieving(forms.Form):
    """登记完成."""

    done_on = forms.DateField(label="完成日", widget=_Day())
    evidence = forms.CharField(
        label="凭据", max_length=400, help_text="合同号、验收单号、公示地址或会议纪要"
    )
    upload = forms.FileField(
        label="附件", required=False, help_text="验收单、合同或截图的扫描件，PDF 或图片"
    )


class Withdrawing(forms.Form):
    """撤回登记."""

    because = _because("写明原登记错在哪里")


class Moving(forms.Form):
    """改期."""

    opens_on = forms.DateField(label="起", widget=_Day(), required=False)
    due_on = forms.DateField(label="止", widget=_Day())
    because = _because()


class Revising(forms.Form):
    """修订预算：所有行与来源矩阵一次提交，差额须在同一次调平."""

    def __init__(
        self,
        data: Any,
        *,
        amounts: Iterable[tuple[str, str, int | None, bool]],
        seen: int,
    ) -> None:
        super().__init__(data)
        for name, label, fen, needed in amounts:
            self.fields[name] = forms.DecimalField(
                label=label,
                min_value=0,
                max_digits=14,
                decimal_places=2,
                required=needed,
                initial=None if fen is None else f"{fen / 100:.2f}",
                widget=forms.NumberInput(attrs={"class": "form-control num", "step": "0.01"}),
            )
        self.fields["because"] = _because()
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, initial=seen)

    def changed(self) -> dict[str, int | None]:
        """Return the amounts that differ from what stood there, in fen, by field name."""
        found: dict[str, int | None] = {}
        for name in self.changed_data:
            if name not in ("because", "seen"):
                amount = self.cleaned_data[name]
                found[name] = None if amount is None else yuan(str(amount))
        return found


class TermChange(forms.Form):
    """改约定."""

    value = forms.CharField(label="新值", help_text='按 JSON 写：200、"ON_TOP"、[80, 90, 100]')
    since = forms.DateField(label="自哪天起", widget=_Day())
    because = _because()

    def clean_value(self) -> Any:
        """Return the value as data."""
        try:
            return json.loads(self.cleaned_data["value"])
        except ValueError:
            raise forms.ValidationError("应为 JSON 值：数字直接写，文字加半角双引号") from None


class Filling(forms.Form):
    """填空白."""

    value = forms.CharField(label="填写值", max_length=400)
    because = _because("写明依据，例如“心理中心 2025-01-15 函”")


class Reason(forms.Form):
    """只写事由."""

    because = _because()


class Upload(forms.Form):
    """上传年度计划."""

    file = forms.FileField(label="年度计划文件", help_text="Excel（.xlsx）或 YAML（.yaml）")


class Writing(forms.Form):
    """写入预览过的草案."""

    token = forms.CharField(widget=forms.HiddenInput)
    because = _because("写明依据，例如“常委会1月4日会议”")


class DayRuling(forms.Form):
    """改校历."""

    day = forms.DateField(label="日期", widget=_Day())
    is_working = forms.TypedChoiceField(
        label="这天",
        choices=[("no", "休息"), ("yes", "上班"), ("lift", "恢复国家安排")],
    )
    label = forms.CharField(label="名称", max_length=40, required=False, help_text="例如 校庆")
    because = _because("写明依据，例如“校办〔2025〕12号通知”")
