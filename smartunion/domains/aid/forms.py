"""What people fill in for aid. A form checks the shape; the rules decide."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from smartunion.kernel.web.fields import YuanField

from .rules.amounts import Category, GiftKind
from .rules.persons import Sealed

SOME = 10
"""So many files at once."""


class Pictures(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files, cleaned to a list."""

    widget = Pictures

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[bytes]"]:
        """Return the files as a list; empty when none was chosen and none is required."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], "required")
        if len(given) > SOME:
            raise forms.ValidationError(f"一次最多 {SOME} 个文件", "most")
        return [super(Files, self).clean(one, initial) for one in given]


def _text(label: str, rows: int = 0, most: int = 200, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget, **kwargs)


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a choice field what may be chosen today."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class ApplicationForm(forms.Form):
    """The application on the phone: nothing is required while it is only saved."""

    category = forms.ChoiceField(
        label="哪一类困难", choices=[(c.value, c.value) for c in Category], required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    cause = _text(
        "什么困难",
        required=False,
        help_text="一句话，例如：本人住院手术、父亲病故、家里失火。同一件事只救助一次",
    )
    happened_on = forms.DateField(
        label="哪天发生的", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    story = _text(
        "情况说明", 4, 1000, required=False, help_text="花了多少、报销了多少、还差多少，说清楚就行"
    )
    family = _text("家里几口人、谁有收入", 2, 400, required=False)
    address = _text("现在住哪里", required=False, help_text="入户调查要来；不公开")
    asked = YuanField(label="想申请多少元", required=False, help_text="最后由常委会按标准表决定")
    account = _text(
        "本人银行卡号", required=False, most=30, help_text="只有财务放款时能看；必须是本人的卡"
    )
    bank = _text("开户行", required=False, most=60)

    NEEDED = ("category", "cause", "happened_on", "asked", "account")
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._need(needed=True)

    def _need(self, *, needed: bool) -> None:
        """Let the page show what handing in needs, though saving needs nothing."""
        for name in self.NEEDED:
            self.fields[name].required = needed

    def full_clean(self) -> None:
        """Check shapes only: what is still missing is the rules' question when it is handed in."""
        self._need(needed=False)
        super().full_clean()
        self._need(needed=True)

    def clean_account(self) -> str:
        """Return the card's digits without spaces; empty while it is left out."""
        digits = re.sub(r"\s", "", self.cleaned_data["account"])
        if digits and not re.fullmatch(r"[0-9]{12,19}", digits):
            raise forms.ValidationError("卡号是 12 到 19 位数字，请核对")
        return digits


class Papers(forms.Form):
    """Documents to an application."""

    papers = Files(label="证明材料", error_messages={"required": "先选文件"})


class Consent(forms.Form):
    """A consent signed on paper."""

    paper = forms.FileField(label="本人签字的同意书", error_messages={"required": "先选同意书"})


class Helping(forms.Form):
    """Which colleague to help."""

    person = forms.IntegerField(error_messages={"required": "先选一位同事"})


class Because(forms.Form):
    """A decision or a withdrawal says why."""

    because = _text("理由", 3, 400, error_messages={"required": "写明理由"})


class Acceptance(forms.Form):
    """Accept by which vote, or send back for what is missing."""

    vote = forms.ChoiceField(
        label="票决方式", choices=[("online", "临时线上票决"), ("meeting", "等例会票决")],
        widget=forms.RadioSelect, error_messages={"required": "先选票决方式"},
    )  # fmt: skip


class Missing(forms.Form):
    """Everything that an application still needs, said at once."""

    because = _text("还缺什么", 3, 400, error_messages={"required": "写全还缺什么"})


class Verification(forms.Form):
    """What the branch found."""

    verified = forms.ChoiceField(
        label="核实结果", choices=[("yes", "属实"), ("no", "不属实")], widget=forms.RadioSelect,
        error_messages={"required": "先选属实或不属实"},
    )  # fmt: skip
    opinion = _text(
        "核实意见", 3, 500, help_text="和谁核实、怎么核实的。意见会封存，不出现在名单里"
    )
    stranger = forms.BooleanField(
        label="我与申请人没有亲属或其他利害关系",
        required=False,
        help_text="有关系的不勾，由 B角 核实",
    )


class Visit(forms.Form):
    """The report of a home visit."""

    companion = forms.ChoiceField(label="同去的人")
    visited_at = forms.DateTimeField(
        label="入户时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "写入户时间"},
    )
    seen = _text("看到的情况", 3, 1000, help_text="住处、家里有谁、照护情况")
    said = _text("本人说的", 3, 1000, required=False)
    money = _text("收支核对", 2, 500, help_text="自付金额、已报销、已获其他救助")
    band = forms.ChoiceField(label="建议档次", error_messages={"required": "先选档次"})
    amount = YuanField(label="建议金额（元）")
    photos = Files(label="入户照片", help_text="住处和谈话现场；不拍证件、药品和病历")

    def __init__(self, *args: Any, people: Any, bands: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "companion", [("0", "请选择"), *((str(p.pk), p.name) for p in people)])
        _offer(self, "band", [("", "请选择"), *((b.name, b.name) for b in bands)])

    def clean_companion(self) -> int:
        """Return who went along; nobody chosen is an error."""
        chosen = int(self.cleaned_data["companion"])
        if not chosen:
            raise forms.ValidationError("选同去的人", "required")
        return chosen


class Payment(forms.Form):
    """The bank's receipt."""

    receipt = _text("银行回单号", most=40, error_messages={"required": "写银行回单号"})
    voucher = forms.FileField(label="付款凭证", error_messages={"required": "先选付款凭证"})


class Revisit(forms.Form):
    """What came of the aid."""

    received = forms.ChoiceField(
        label="钱收到了吗", choices=[("yes", "收到了"), ("no", "还没有")], widget=forms.RadioSelect,
        error_messages={"required": "先选收到没有"},
    )  # fmt: skip
    story = _text("近况和还需要什么", 3, 500)


class Agenda(forms.Form):
    """Which meeting takes it."""

    because = _text("例会", help_text="例如：12月例会第3项议题")


class Return(forms.Form):
    """What has come back of reclaimed money."""

    amount = YuanField(label="退回金额（元）", error_messages={"required": "写退回多少"})
    receipt = _text("银行回单号", most=40, error_messages={"required": "写银行回单号"})


class Purpose(forms.Form):
    """What a sealed part is read for."""

    purpose = _text("为了什么看", most=100, error_messages={"required": "写明用途"})


class GiftForm(forms.Form):
    """An occasion of a colleague."""

    person = forms.ChoiceField(label="哪位同事")
    kind = forms.ChoiceField(
        label="什么事", choices=[(k.value, k.value) for k in GiftKind], widget=forms.RadioSelect,
        error_messages={"required": "先选什么事"},
    )  # fmt: skip
    happened_on = forms.DateField(
        label="哪天", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "写日期"},
    )  # fmt: skip

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = ((str(p.pk), f"{p.name}（{p.unit}）") for p in people)
        _offer(self, "person", [("0", "请选择"), *named])

    def clean_person(self) -> int:
        """Return whom it is for; nobody chosen is an error."""
        chosen = int(self.cleaned_data["person"])
        if not chosen:
            raise forms.ValidationError("选一位同事", "required")
        return chosen


class GiftCheck(forms.Form):
    """The welfare department's word."""

    agreed = forms.ChoiceField(
        label="审核结果", choices=[("yes", "同意慰问"), ("no", "不符合")], widget=forms.RadioSelect,
        error_messages={"required": "先选审核结果"},
    )  # fmt: skip
    opinion = _text("意见", 2, 200, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a no."""
        found = super().clean() or self.cleaned_data
        if found.get("agreed") == "no" and not found.get("opinion"):
            self.add_error("opinion", "不符合的，写明理由")
        return found


class Signed(forms.Form):
    """A receipt signed by the receiver."""

    signed = forms.FileField(label="签收单或照片", error_messages={"required": "先选签收单"})


PARTS = {part.value: part for part in Sealed}
