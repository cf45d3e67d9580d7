"""What people fill in about rosters."""

from datetime import datetime
from typing import Any

from django import forms

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


class Asking(forms.Form):
    """Whom one asks to take a shift, and why."""

    shift_id = forms.IntegerField(widget=forms.HiddenInput)
    other = forms.ModelChoiceField(Person.objects.filter(is_active=True), label="请谁接")
    because = forms.CharField(label="事由", max_length=200)


class Numbering(forms.Form):
    """The hotline's number and where it comes from."""

    number = forms.CharField(label="热线号码", max_length=20)
    because = forms.CharField(label="依据", max_length=200)
