"""What people fill in for safety. A form checks the shape; the rules decide."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

SOME = 6
"""So many photos at once."""


class Pictures(forms.ClearableFileInput):
    """A file input that takes several pictures."""

    allow_multiple_selected = True


class Photos(forms.FileField):
    """Several photos, cleaned to a list; whether one is needed, the rules say."""

    widget = Pictures(attrs={"accept": "image/*"})

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[bytes]"]:
        """Return the photos as a list, empty when none was chosen."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > SOME:
            raise forms.ValidationError(f"一次最多 {SOME} 张", "most")
        return [super(Photos, self).clean(one, initial) for one in given]


def _text(label: str, rows: int = 0, most: int = 200, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget, **kwargs)


class Risk(forms.Form):
    """A risk seen at a line of the list."""

    found = _text("看到什么风险", 2, error_messages={"required": "写看到什么"})
    photos = Photos(label="现场照片", required=False)


class MoreRisk(forms.Form):
    """A risk that no line asks for."""

    matter = _text("哪里", most=60, error_messages={"required": "写哪里"})
    found = _text("看到什么风险", 2, error_messages={"required": "写看到什么"})
    photos = Photos(label="现场照片", required=False)


class Settling(forms.Form):
    """How a risk was put right."""

    how = _text("怎么整改的", 2, error_messages={"required": "写怎么整改的"})
    photos = Photos(label="整改后的照片", required=False)
