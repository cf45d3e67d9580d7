"""What people fill in for wellbeing. A form checks the shape; the rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms

from smartunion.kernel.people.models import Person, Unit

TICK = {"class": "form-check-input"}
WAYS = (("当面", "当面"), ("电话", "电话"), ("其他", "其他"))


class Agreement(forms.Form):
    """The person's yes to the notice, and whom they would rather not meet."""

    agreed = forms.BooleanField(
        label="我已读完告知书，自愿参加",
        error_messages={"required": "要先勾选同意；不参加请点“这次不参加”"},
    )
    avoid = forms.TypedMultipleChoiceField(
        label="不希望由谁来联系我", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    use_required_attribute = False

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["avoid"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = [(one.pk, one.name) for one in people]


class Talk(forms.Form):
    """The record of a talk."""

    met_at = forms.DateTimeField(
        label="什么时候谈的",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    way = forms.ChoiceField(label="怎样谈的", choices=WAYS)
    summary = forms.CharField(
        label="谈了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写状态和约定，不写诊断；封存保管",
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label="结果",
        choices=[
            ("close", "情况平稳，到此为止"),
            ("refer", "请心理中心跟进"),
            ("red", "担心有危险，立即启动紧急处置"),
        ],
        widget=forms.RadioSelect,
    )
    use_required_attribute = False


class Assessment(Talk):
    """The record of an assessment."""

    outcome = forms.ChoiceField(
        label="结果",
        choices=[
            ("close", "情况平稳，到此为止"),
            ("hospital", "建议就医并陪同衔接"),
            ("red", "担心有危险，立即启动紧急处置"),
        ],
        widget=forms.RadioSelect,
    )


class Review(Talk):
    """What the centre sets an answer to that asks for red, and why."""

    met_at = forms.DateTimeField(
        label="什么时候看的",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    way = forms.ChoiceField(
        label="怎样看的",
        choices=(("电话", "看作答，并打了电话"), ("当面", "当面"), ("作答", "只看作答")),
    )
    summary = forms.CharField(
        label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明依据，不写诊断；封存保管",
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label="结果",
        choices=[
            ("red", "按红色处置，立即启动"),
            ("yellow", "定为黄色，转专业评估"),
            ("blue", "定为蓝色，转关心谈心"),
        ],
        widget=forms.RadioSelect,
    )


class Contact(Talk):
    """The record of the call that the centre makes the same day."""

    met_at = forms.DateTimeField(
        label="什么时候联系上的",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    way = forms.ChoiceField(label="怎样联系的", choices=WAYS, initial="电话")
    summary = forms.CharField(
        label="说了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写平安与否、谁陪着、约定，不写诊断；封存保管",
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label="结果",
        choices=[
            ("close", "本人平安，评估照常"),
            ("red", "担心有危险，立即启动紧急处置"),
        ],
        widget=forms.RadioSelect,
    )


class Attempt(forms.Form):
    """That somebody could not be reached."""

    way = forms.ChoiceField(label="怎样联系的", choices=WAYS)


class Purpose(forms.Form):
    """Why the answers are opened."""

    purpose = forms.CharField(label="用途", max_length=160, help_text="本人会看到这句话")
    use_required_attribute = False


class NewCampaign(forms.Form):
    """A campaign to be planned."""

    title = forms.CharField(label="名称", max_length=60, initial="心理健康自评")
    opens_on = forms.DateField(label="首日", widget=forms.DateInput(attrs={"type": "date"}))
    closes_on = forms.DateField(label="末日（含）", widget=forms.DateInput(attrs={"type": "date"}))
    populations = forms.MultipleChoiceField(
        label="对象", choices=[("staff", "教职工"), ("student", "学生")], initial=["staff"],
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
        error_messages={"required": "至少选一类对象"},
    )  # fmt: skip
    units = forms.ModelMultipleChoiceField(
        label="单位", queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
        error_messages={"required": "至少选一个单位"},
    )  # fmt: skip
    cap = forms.IntegerField(
        label="每日上限（人）", required=False, min_value=1,
        help_text="不填就取人力所能接住的最大值",
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["units"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = Unit.objects.filter(pk__in=[one.pk for one in units]).order_by("code")

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        given = super().clean() or {}
        opens, closes = given.get("opens_on"), given.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", "末日不能早于首日")
        return given


class Cap(forms.Form):
    """Another cap."""

    cap = forms.IntegerField(label="每日上限（人）", min_value=1)


class Because(forms.Form):
    """Why."""

    because = forms.CharField(label="理由", max_length=200)
    use_required_attribute = False
