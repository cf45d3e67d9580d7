"""Shapes of what officers fill in about people and posts."""

from typing import Any

from django import forms

from smartunion.kernel.people.models import Office, Person, Unit

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not a generic at run time
    """人选: with staff number and branch, because names repeat."""

    def label_from_instance(self, obj: Any) -> str:
        """Return how a person is told from another of the same name."""
        return f"{obj.name}（{obj.username}，{obj.unit or '—'}）"


class Appointing(forms.Form):
    """任命."""

    person = PersonField(label="人选", queryset=Person.objects.none(), empty_label=None)
    since = forms.DateField(label="任期起", widget=DAY)
    because = forms.CharField(
        label="依据", max_length=200, help_text="例如：分会会员大会 3月1日 选举，记入留痕"
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Person.objects.filter(pk__in=[p.pk for p in people]).order_by("username")


class Ending(forms.Form):
    """止任."""

    on = forms.DateField(label="止任日", widget=DAY, help_text="这一天起不再任职")
    because = forms.CharField(label="事由", max_length=200, help_text="记入留痕")


class Leaving(forms.Form):
    """离岗."""

    since = forms.DateField(label="离岗起", widget=DAY)
    until = forms.DateField(label="回岗日", widget=DAY, help_text="这一天起回到岗位")
    because = forms.CharField(label="事由", max_length=200)


class Renaming(forms.Form):
    """更名."""

    name = forms.CharField(label="正式名称", max_length=60)
    because = forms.CharField(label="依据", max_length=200, help_text="记入留痕；原名留作别名")


class Recusing(forms.Form):
    """回避."""

    matter = forms.CharField(label="回避的事项", max_length=80)
    because = forms.CharField(label="事由", max_length=200)


class Inviting(forms.Form):
    """邀请校外账号."""

    office = forms.ModelChoiceField(
        label="岗位",
        queryset=Office.objects.filter(kind__in=["merchant", "outside"]).order_by("role"),
        empty_label=None,
        to_field_name="code",
    )
    unit = forms.ModelChoiceField(
        label="单位",
        queryset=Unit.objects.filter(kind__in=["merchant", "outside"]).order_by("kind", "code"),
        empty_label=None,
    )
    name = forms.CharField(label="姓名", max_length=40)
    username = forms.SlugField(label="账号", max_length=30, help_text="字母和数字，登录用")
    until = forms.DateField(label="有效至", widget=DAY, help_text="这一天起不能登录")
    because = forms.CharField(label="事由", max_length=200)
