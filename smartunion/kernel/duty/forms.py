"""What people fill in about rosters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit

from . import reads
from .rules import OF_A_BRANCH, OF_THE_CAMPUS, Part, Post


class Moment(forms.DateTimeField):
    """A moment on campus, picked by the browser's own control."""

    def __init__(self, **given: Any) -> None:
        control = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(
            widget=control, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **given
        )


class Overriding(forms.Form):
    """Who takes a post for a stretch, and why."""

    post = forms.ChoiceField(label="岗")
    part = forms.ChoiceField(label="班别", choices=Part.choices)
    person = forms.ModelChoiceField(Person.objects.none(), label="谁来值班")
    since = Moment(label="从")
    until = Moment(label="到")
    because = forms.CharField(label="事由", max_length=200)

    def __init__(self, *args: Any, unit: Unit | None, at: datetime, **given: Any) -> None:
        super().__init__(*args, **given)
        posts = OF_THE_CAMPUS if unit is None else OF_A_BRANCH
        fit = {p.pk for post in posts for p in reads.eligible(unit=unit, post=post, at=at)}
        choosing: Any = self.fields["post"]
        choosing.choices = [(post.value, post.label) for post in posts]
        persons: Any = self.fields["person"]
        persons.queryset = Person.objects.filter(pk__in=fit).order_by("username")

    def clean_post(self) -> Post:
        """Return the post itself."""
        return Post(self.cleaned_data["post"])

    def clean_part(self) -> Part:
        """Return the part itself."""
        return Part(self.cleaned_data["part"])


TURNS = 6
"""How many may take turns in one rotation."""


class Rotating(forms.Form):
    """A rotation: whose turn it is in which order, from when, at which hours."""

    post = forms.ChoiceField(label="岗")
    part = forms.ChoiceField(label="班别", choices=Part.choices)
    first_on = forms.DateField(
        label="从哪天起", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    days_each = forms.IntegerField(label="每轮天数", min_value=1, max_value=31, initial=7)
    since = forms.TimeField(
        label="接班时刻", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="08:00",
    )  # fmt: skip
    until = forms.TimeField(
        label="交班时刻", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="08:00", help_text="与接班时刻相同就是 24 小时",
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, unit: Unit | None, at: datetime, **given: Any) -> None:
        super().__init__(*args, **given)
        posts = OF_THE_CAMPUS if unit is None else OF_A_BRANCH
        fit = {p.pk for post in posts for p in reads.eligible(unit=unit, post=post, at=at)}
        choosing: Any = self.fields["post"]
        choosing.choices = [(post.value, post.label) for post in posts]
        self.today = campus_day(at)
        for number in range(1, TURNS + 1):
            self.fields[f"turn{number}"] = forms.ModelChoiceField(
                Person.objects.filter(pk__in=fit).order_by("username"),
                label=f"第 {number} 位", required=number == 1, empty_label="—",
            )  # fmt: skip

    @property
    def turns(self) -> list[forms.BoundField]:
        """Return the fields of the persons in their order."""
        return [self[f"turn{number}"] for number in range(1, TURNS + 1)]

    def clean(self) -> dict[str, Any]:
        """Return the rotation as the action takes it."""
        given = super().clean() or {}
        if (first := given.get("first_on")) and first < self.today:
            self.add_error("first_on", "不能早于今天；已经过去的班不改")
        if self.errors:
            return given
        persons = [given[f"turn{n}"] for n in range(1, TURNS + 1) if given[f"turn{n}"]]
        kept = {name: given[name] for name in ("first_on", "days_each", "since", "until")}
        return {
            **kept,
            "post": Post(given["post"]),
            "part": Part(given["part"]),
            "persons": persons,
        }


class Ending(forms.Form):
    """With which day a rotation ends, and why."""

    pattern_id = forms.IntegerField(widget=forms.HiddenInput)
    last_on = forms.DateField(
        label="值到哪天（含）", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    because = forms.CharField(label="事由", max_length=200)
    use_required_attribute = False


class Asking(forms.Form):
    """Whom one asks to take a shift, for which of theirs, and why."""

    offer = forms.ChoiceField(label="请谁接", widget=forms.RadioSelect)
    because = forms.CharField(label="事由", max_length=200)
    use_required_attribute = False

    def __init__(self, *args: Any, offers: Sequence[reads.Offer], **given: Any) -> None:
        super().__init__(*args, **given)
        choosing: Any = self.fields["offer"]
        choosing.choices = [
            (value, value)
            for one in offers
            for value in (
                *([str(one.person.pk)] if one.alone else []),
                *(f"{one.person.pk}:{row.pk}" for row in one.returns),
            )
        ]

    def clean(self) -> dict[str, Any]:
        """Return whom is asked and which shift is taken in return, None for none."""
        given = super().clean() or {}
        other, _, back = str(given.get("offer", "")).partition(":")
        return {**given, "other_id": int(other or 0), "in_return_id": int(back) if back else None}


class Numbering(forms.Form):
    """The hotline's number and where it comes from."""

    number = forms.CharField(label="热线号码", max_length=20)
    because = forms.CharField(label="依据", max_length=200)
