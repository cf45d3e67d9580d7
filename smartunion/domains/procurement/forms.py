"""What people fill in to buy and to sell. A form checks the shape; the rules decide."""

import re
from datetime import datetime
from typing import Any

from django import forms

from smartunion.domains.procurement.actions.tendering import Item
from smartunion.domains.procurement.models import Purchase, Supplier
from smartunion.domains.procurement.procedure import CAUSES
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.web.fields import YuanField

WHY = {"required": "写一句理由，会留痕并公开"}
CHOOSE = "请选择"
BLANK = ("", CHOOSE)


class Moment(forms.DateTimeField):
    """A moment of campus time, picked in the browser's own calendar."""

    default_error_messages = {"invalid": "写成 2025-04-10 17:00"}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment as campus clocks mean it."""
        found = super().to_python(value)
        return found.replace(tzinfo=CAMPUS) if found else None


class Requesting(forms.Form):
    """A new purchase: by which method, what, how much, from which line."""

    method = forms.ChoiceField(
        label="方式",
        choices=[("june_gifts", "六一关爱礼包（预设）"), *Purchase.Method.choices],
        initial="compared",
    )
    title = forms.CharField(label="采购什么", max_length=80)
    category = forms.CharField(label="类别", max_length=40, help_text="同类 30 天内合计会自动核对")
    amount = YuanField(label="预算金额（最高限价，元）", least_fen=1)
    line = forms.ChoiceField(label="预算项")
    unit = forms.ModelChoiceField(
        empty_label=CHOOSE, label="需求单位", queryset=Unit.objects.none()
    )
    supplier = forms.ModelChoiceField(empty_label=CHOOSE, 
        label="供应商", queryset=Supplier.objects.none(), required=False,
        help_text="只有单一来源和应急采购要先定供应商",
    )  # fmt: skip
    cause = forms.ChoiceField(
        label="突发事件", choices=[BLANK, *((one, one) for one in CAUSES)], required=False,
        help_text="只有应急采购填",
    )  # fmt: skip
    because = forms.CharField(
        label="理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}), error_messages=WHY
    )

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["line"]
        choice.choices = [BLANK, *lines]
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.filter(kind__in=["special", "department", "branch"]).order_by(
            "code"
        )
        supplier: Any = self.fields["supplier"]
        supplier.queryset = Supplier.objects.order_by("number")

    def clean(self) -> dict[str, Any]:
        """Ask for the supplier and the event where the method needs them."""
        given = super().clean() or {}
        method = given.get("method")
        if method in {"single", "emergency"} and not given.get("supplier"):
            self.add_error("supplier", "这个方式要先写明向哪一家买")
        if method == "emergency" and not given.get("cause"):
            self.add_error("cause", "写明是哪一类突发事件（第12条）")
        return given


class Announcing(forms.Form):
    """The notice: until when, what, whom to invite, who judges."""

    closes_at = Moment(label="报价截止", help_text="截止后一秒也不收")
    items = forms.CharField(
        label="采购清单",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "绘本礼盒 460 份\n牛奶 460 箱"}),
        help_text="一行一项：名称 数量 单位",
    )
    suppliers = forms.ModelMultipleChoiceField(
        label="邀请的供应商（至少三家）", queryset=Supplier.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    panel = forms.CharField(
        label="评审小组（至少三人）", help_text="写工号，用空格隔开；有利害关系的，本人会回避",
        max_length=400,
    )  # fmt: skip
    because = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suppliers: Any = self.fields["suppliers"]
        suppliers.queryset = Supplier.objects.filter(barred_until_on__isnull=True).order_by(
            "number"
        )

    def clean_items(self) -> list[Item]:
        """Return the lines as items; says which line is not understood."""
        found: list[Item] = []
        for number, line in enumerate(self.cleaned_data["items"].splitlines(), 1):
            if not line.strip():
                continue
            match = re.fullmatch(r"\s*(.+?)[\s,，、]+(\d{1,6})\s*(\S{1,6})?\s*", line)
            if not match or int(match[2]) == 0:
                raise forms.ValidationError(
                    f"第 {number} 行写成“名称 数量 单位”，例如 绘本礼盒 460 份"
                )
            found.append(Item(match[1], int(match[2]), match[3] or "件"))
        if len({item.name for item in found}) < len(found):
            raise forms.ValidationError("清单里有两项同名")
        return found

    def clean_panel(self) -> list[Person]:
        """Return the members; says whose number is unknown."""
        return people_of(self.cleaned_data["panel"])


def people_of(text: str) -> list[Person]:
    """Return the persons of the numbers in a text, in its order; an unknown one is an error."""
    numbers = list(dict.fromkeys(re.split(r"[\s,，、;；]+", text.strip())))
    found = {p.username: p for p in Person.objects.filter(username__in=numbers)}
    if unknown := [number for number in numbers if number not in found]:
        raise forms.ValidationError(f"没有这些工号：{'、'.join(unknown)}")
    return [found[number] for number in numbers]


class Because(forms.Form):
    """A decision and its reason."""

    because = forms.CharField(
        label="理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}), error_messages=WHY
    )


class Signing(forms.Form):
    """The contract as signed."""

    number = forms.CharField(label="合同编号", max_length=30)
    price = YuanField(label="合同价（元）", least_fen=1)
    file = forms.FileField(label="双方盖章的合同", help_text="PDF，每页可读")
    because = forms.CharField(label="说明", max_length=200, required=False)


class Paying(forms.Form):
    """What is paid; less than the contract needs a reason."""

    amount = YuanField(label="付款金额（元）", least_fen=1)
    because = forms.CharField(
        label="扣款事由", max_length=200, required=False, help_text="少付才要写，余下的预留随即释放"
    )


class Asking(forms.Form):
    """An expert to ask."""

    expert = forms.CharField(label="专家工号", max_length=150)

    def clean_expert(self) -> Person:
        """Return the person of the number."""
        return people_of(self.cleaned_data["expert"])[0]


class Negotiating(forms.Form):
    """The outcome of a negotiation."""

    suppliers = forms.ModelMultipleChoiceField(
        label="参加谈判的供应商（至少三家）", queryset=Supplier.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    winner = forms.ModelChoiceField(
        empty_label=CHOOSE, label="成交供应商", queryset=Supplier.objects.none()
    )
    price = YuanField(label="成交价（元）", least_fen=1)
    panel = forms.CharField(
        label="谈判小组", help_text="工号，空格隔开；三人以上单数，专家占三分之二", max_length=400
    )
    file = forms.FileField(label="谈判记录", required=False)
    because = forms.CharField(
        label="为什么选这一家", max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=WHY,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("suppliers", "winner"):
            field: Any = self.fields[name]
            field.queryset = Supplier.objects.filter(barred_until_on__isnull=True).order_by(
                "number"
            )

    def clean_panel(self) -> list[Person]:
        """Return the members; says whose number is unknown."""
        return people_of(self.cleaned_data["panel"])


class Opinion(forms.Form):
    """An expert's signed opinion."""

    supports = forms.TypedChoiceField(
        label="结论", choices=[("yes", "同意单一来源"), ("no", "不同意")],
        coerce=lambda value: value == "yes",
    )  # fmt: skip
    text = forms.CharField(
        label="论证意见", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "写明为什么只有（或不止）这一家能供货"},
    )  # fmt: skip
    linked = forms.CharField(
        label="与供应商的关系", max_length=200, required=False,
        help_text="任职、持股、亲属等；写了就不计入三位专家",
    )  # fmt: skip


class Passphrase(forms.Form):
    """A key holder's sentence, twice, so that a slip is noticed."""

    passphrase = forms.CharField(
        label="开标口令", max_length=100, help_text="一句只有你自己知道的话，系统不保存",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label="再写一遍", max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_again(self) -> str:
        """Refuse two different sentences."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("passphrase", again):
            raise forms.ValidationError("两遍不一样")
        return again


class Binding(forms.Form):
    """The account that quotes for a supplier."""

    account = forms.CharField(label="账号", max_length=150)

    def clean_account(self) -> Person:
        """Return the person of the login."""
        return people_of(self.cleaned_data["account"])[0]


class Quoting(forms.Form):
    """A unit price for each item of the notice; the total is computed by the house."""

    def __init__(self, *args: Any, items: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[str, str] = {}
        for number, item in enumerate(items):
            key = f"item{number}"
            self.names[key] = item["name"]
            self.fields[key] = YuanField(
                label=f"{item['name']}（单价，元）", least_fen=1,
                help_text=f"× {item['quantity']:,} {item['measure']}",
            )  # fmt: skip

    @property
    def unit_prices(self) -> dict[str, int]:
        """Return fen by item."""
        return {name: self.cleaned_data[key] for key, name in self.names.items()}
