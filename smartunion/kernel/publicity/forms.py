"""What people fill in about postings. A form checks the shape; the actions decide."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from smartunion.kernel.people.models import Person

LONGEST = 2000
LEAST_DIGITS = 7


def _reachable(contact: str) -> None:
    digits = len(re.sub(r"\D", "", contact))
    if digits < LEAST_DIGITS and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact.strip()):
        raise ValidationError("填写能联系到您的电话（至少 7 位数字）或邮箱", "unreachable")


class Objecting(forms.Form):
    """An objection; whoever has signed in is named by the house and cannot be another."""

    name = forms.CharField(label="姓名", max_length=60)
    contact = forms.CharField(
        label="电话或邮箱",
        max_length=80,
        validators=[_reachable],
        help_text="只用于答复，对外不公开",
    )
    text = forms.CharField(
        label="事实和理由",
        max_length=LONGEST,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写清事实，至少一条可查的线索",
        error_messages={"min_length": "写得再具体些：至少 5 个字"},
    )

    def __init__(self, data: Any = None, *, person: Person | None = None) -> None:
        initial = {"name": person.name, "contact": person.phone} if person else {}
        super().__init__(data, initial=initial)
        if person:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = "已登录，实名；对外不公开"


class Words(forms.Form):
    """A text that the public reads: a reply, a reason."""

    text = forms.CharField(
        label="理由", max_length=LONGEST, min_length=2, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: Any = None, *, label: str = "理由", **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"id_{label}_%s", **kwargs)
        self.fields["text"].label = label


class Amending(forms.Form):
    """What a posting shall say instead: its paragraphs, and each row's text."""

    body = forms.CharField(
        label="正文", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    because = forms.CharField(label="更正的原因", max_length=300, min_length=2)

    def __init__(self, data: Any = None, *, body: str, rows: list[list[str]]) -> None:
        super().__init__(data, initial={"body": body})
        self.labels = [label for label, _ in rows]
        for k, (label, text) in enumerate(rows):
            self.fields[f"row_{k}"] = forms.CharField(label=label, max_length=400, initial=text)
        self.order_fields(["body", *(f"row_{k}" for k in range(len(rows))), "because"])

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows as they shall read."""
        return [(label, self.cleaned_data[f"row_{k}"]) for k, label in enumerate(self.labels)]
