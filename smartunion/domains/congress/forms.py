"""What is filled in to keep a congress. A form checks the shape; the rules decide."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from smartunion.domains.congress.models import Congress, Election
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person, Unit

CHOOSE = "请选择"


def choose(form: forms.Form, name: str, among: QuerySet[Any]) -> None:
    """Let a field choose among these rows only."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = among


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


class Convening(forms.Form):
    """A congress's term."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="单位", empty_label=CHOOSE)
    session = forms.IntegerField(label="第几届", min_value=1, max_value=99)
    since = _day("任期起")
    until = _day("任期止（不含）")

    def clean(self) -> dict[str, Any]:
        """Refuse a term that ends before it starts."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until <= since:
            self.add_error("until", "任期止要晚于任期起")
        unit, session = found.get("unit"), found.get("session")
        if unit and session and Congress.objects.filter(unit=unit, session=session).exists():
            self.add_error("session", "这一届已经登记")
        return found


class Seating(forms.Form):
    """A delegate."""

    person = forms.ModelChoiceField(Person.objects.none(), label="会员", empty_label=CHOOSE)
    delegation = forms.CharField(label="代表团", max_length=40)


class Calling(forms.Form):
    """A meeting with its agenda."""

    title = forms.CharField(label="会议", max_length=80)
    place = forms.CharField(label="地点", max_length=60)
    starts = forms.DateTimeField(
        label="时间", input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )  # fmt: skip
    agenda = forms.CharField(
        label="议程", widget=forms.Textarea(attrs={"rows": 4}), help_text="一行一项"
    )

    def clean_starts(self) -> datetime:
        """Return the moment as campus clocks mean it."""
        found: datetime = self.cleaned_data["starts"]
        return found.replace(tzinfo=CAMPUS)

    def clean_agenda(self) -> list[str]:
        """Return the items."""
        return [line.strip()[:120] for line in self.cleaned_data["agenda"].splitlines() if line]


class Resolving(forms.Form):
    """An item's paper and what was resolved."""

    text = forms.CharField(label="材料", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    resolution = forms.CharField(
        label="决议", widget=forms.Textarea(attrs={"rows": 2}), required=False
    )


class Closing(forms.Form):
    """The minutes."""

    minutes = forms.CharField(label="会议记录", widget=forms.Textarea(attrs={"rows": 5}))


class Preparing(forms.Form):
    """A vote: who stands, or the text."""

    kind = forms.ChoiceField(label="类别", choices=Election.Kind.choices)
    title = forms.CharField(label="名称", max_length=80)
    opens = forms.ChoiceField(
        label="怎样开票", choices=Election.Opens.choices, initial=Election.Opens.BALLOTS,
        help_text="人少、逐张看得出是谁的小会，议案表决只开合计",
    )  # fmt: skip
    seats = forms.IntegerField(
        label="应选名额", min_value=1, max_value=30, initial=1, help_text="评议和议案表决写 1"
    )
    persons = forms.ModelMultipleChoiceField(
        Person.objects.none(), label="候选人", required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}), help_text="按住 Ctrl 可以多选",
    )  # fmt: skip
    words = forms.CharField(
        label="议案或评议对象", max_length=80, required=False, help_text="不选候选人时填"
    )
    elects_delegates = forms.BooleanField(label="选出的是代表", required=False)

    def clean(self) -> dict[str, Any]:
        """Somebody stands, or there is a text."""
        found = super().clean() or {}
        if not found.get("persons") and not found.get("words"):
            self.add_error("words", "选候选人，或者写议案、评议对象")
        return found


class Freezing(forms.Form):
    """The scrutineers."""

    scrutineers = forms.ModelMultipleChoiceField(
        Person.objects.none(), label="监票人", widget=forms.CheckboxSelectMultiple,
        help_text="三名代表，不是候选人",
    )  # fmt: skip


class Counted(forms.Form):
    """How many slips were left in the box."""

    counted = forms.IntegerField(label="点出的剩票", min_value=0)
