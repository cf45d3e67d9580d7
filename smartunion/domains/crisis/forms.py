"""What people fill in on a case. A form checks the shape; rules and the law decide."""

from typing import Any

from django import forms

from smartunion.kernel.web.fields import YuanField

from .actions.ending import Harm
from .models import Hold
from .rules.grounds import Ground, Guardian, LocationBasis
from .rules.library import Trigger


def _text(label: str, rows: int = 0, most: int = 200, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget, **kwargs)


def _pick(label: str, choices: list[tuple[str, str]], **kwargs: Any) -> forms.ChoiceField:
    missing = {"required": f"先选“{label}”"}
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing, **kwargs
    )


def _moment(label: str, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


class Nothing(forms.Form):
    """A tap: there is nothing to fill in."""


class Reading(forms.Form):
    """Why somebody opens what is sealed."""

    purpose = _text("用途", error_messages={"required": "写一句用途，会记入查阅记录"})


class CallResult(forms.Form):
    """What came of the call."""

    outcome = _pick(
        "结果",
        [("answered", "已接通"), ("no_answer", "无人接听"), ("wrong_number", "空号或不是本人")],
    )
    safe = _pick(
        "人安全吗",
        [("safe", "暂时安全"), ("danger", "有危险"), ("unknown", "说不清")],
        required=False,
    )
    place = _text("在哪里（楼、房号）", required=False, help_text="医生照这个找")
    note = _text(
        "通话情况", 2, 400, required=False, help_text="只写听到的，不写测评和分数；内容会封存"
    )


class LocationAsk(forms.Form):
    """The request to look for somebody."""

    basis = _pick("法定依据", [(b.value, b.words) for b in LocationBasis])
    by_camera = forms.BooleanField(label="调取最近监控", required=False)
    by_position = forms.BooleanField(label="北斗定位", required=False)
    because = _text("为何必须定位", 2, 300, help_text="例如：无人接听，不在办公室和家中")


class Because(forms.Form):
    """A no says why."""

    because = _text("理由", 2, 200, error_messages={"required": "写明理由"})


class Place(forms.Form):
    """Where somebody was seen."""

    place = _text("最后位置", help_text="楼、出入口、方向；只登记，不外传")
    seen = _text("何时看到", most=40, help_text="例如 10:39")
    photo = _text("衣着与外貌", required=False, help_text="供现场辨认；到期与位置一起失效")


class SceneDecision(forms.Form):
    """What the doctor decides."""

    decision = _pick(
        "决定", [("soothe", "现场安抚"), ("refer", "转介医院"), ("false_alarm", "误报")]
    )
    risk = _pick("风险等级", [("低", "低"), ("中", "中"), ("高", "高")])
    findings = _text("现场所见", 3, 500, help_text="内容会封存，只有现场医生和心理中心能看")


class ReferralForm(forms.Form):
    """The referral: ground, consent, guardian, family."""

    ground = _pick("法定依据", [(g.value, g.words) for g in Ground], required=False)
    own_consent = forms.BooleanField(label="本人当面同意去医院", required=False)
    guardian = _pick("监护人", [(g.value, g.words) for g in Guardian])
    family_told_at = _moment("通知家属的时间", required=False)
    family_untold = _text("还没通知的，写明原因", required=False)
    family = _text("家属姓名", required=False, most=40)
    relation = _text("与本人关系", required=False, most=20)
    family_phone = _text("家属电话", required=False, most=20)
    risk = _pick("风险等级", [("低", "低"), ("中", "中"), ("高", "高")])
    story = _text("转介事由", 3, 500, help_text="现场所见和已采取的措施，不写测评分数")


class FamilyAnswer(forms.Form):
    """What the guardian says."""

    guardian = _pick("监护人意见", [(g.value, g.words) for g in Guardian if g != Guardian.PENDING])


class Plate(forms.Form):
    """Which car."""

    plate = _text("车牌", most=20)


class LogNumber(forms.Form):
    """Under which number 120 keeps the call."""

    log_number = _text("120 受理号", most=40, required=False, help_text="接线员报的编号，可稍后补")


class Number(forms.Form):
    """The right telephone number."""

    phone = _text("正确的手机号", most=20)
    because = _text("从哪里核实的", help_text="例如：人事登记、家属提供")


class StandDown(forms.Form):
    """Why a case is over."""

    reason = _pick("解除原因", [])
    note = _text("怎么确认的", 3, 400, help_text="与谁通话或见面、人在哪里、由谁陪着；内容会封存")

    def __init__(self, *args: Any, reasons: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            field.choices = reasons


class HarmForm(forms.Form):
    """Somebody came to harm after the alarm."""

    harm = _pick("发生了什么", [(one.value, one.value) for one in Harm])
    note = _text("经过", 4, 600, help_text="何时何地、谁在场、已采取的措施；内容会封存")


class HoldAsk(forms.Form):
    """Why a case is held."""

    ground = _pick("留存事由", Hold.Ground.choices)
    paper = _text(
        "来文文号", most=40, help_text="法院、公安、纪检的文号，或本人申请的登记号；不写姓名"
    )


class HoldOver(forms.Form):
    """Why a hold is needed no longer."""

    over = _pick("解除事由", Hold.Over.choices)


class EscortForm(forms.Form):
    """The family was met."""

    met_at = _moment("见到家属的时间")
    asks = YuanField(label="医院要的押金（元）", required=False, help_text="不需要垫付的填 0")


class Paying(forms.Form):
    """The bank's receipt."""

    receipt = _text("银行回单号", most=40)


class Settling(forms.Form):
    """What came back, or is charged."""

    kind = _pick(
        "怎么结",
        [("recovered", "追回：医院退费、家属归还"), ("reimbursed", "报销：凭票由基金承担")],
    )
    amount = YuanField(label="金额（元）")
    receipt = _text("凭据号", most=40)


class DebriefForm(forms.Form):
    """The debrief and its report."""

    held_at = _moment("开会时间")
    people = forms.IntegerField(label="到会人数", min_value=1, max_value=200)
    report = _text(
        "心理危机干预报告", 8, 6000, help_text="经过、做法、教训；写完即封存，只有心理中心能看"
    )


class CardWords(forms.Form):
    """A card's free words."""

    worked = _text("有效的做法", 3, 300, help_text="通用说法：不写人名、单位、日期、地点、号码")
    lesson = _text("教训", 4, 600)


class CardForm(CardWords):
    """A pattern card over closed cases of one kind."""

    cases = forms.MultipleChoiceField(
        label="汇集的个案", widget=forms.CheckboxSelectMultiple,
        help_text="处置结果和来源相同、已结案、还没有入卡",
        error_messages={"required": "至少选一件"},
    )  # fmt: skip
    trigger = _pick("触发类别", [(one.value, one.value) for one in Trigger])

    field_order = ("cases", "trigger", "worked", "lesson")

    def __init__(self, *args: Any, cases: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cases"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = cases
