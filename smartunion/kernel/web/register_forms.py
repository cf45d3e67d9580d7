"""Forms of a register: one for a row, one for an upload."""

from typing import Any

from django import forms
from django.db import models

from .fields import DayField, YuanField
from .tables import Register


def _field(found: "models.Field[Any, Any]", **kwargs: Any) -> forms.Field | None:
    """Return the house's own form field where it has one."""
    if found.name.endswith("_fen"):
        return YuanField(
            label=f"{str(found.verbose_name).removesuffix('(分)')}（元）",
            help_text=found.help_text,
            required=not (found.blank or found.null),
        )
    if type(found) is models.DateField:
        return DayField(
            label=found.verbose_name, help_text=found.help_text, required=not found.blank
        )
    return found.formfield(**kwargs)


class Because(forms.Form):
    """Why: asked with every change."""

    because = forms.CharField(
        label="事由",
        max_length=400,
        help_text="写进日志，例如“常委会 3月5日 同意增补”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Upload(Because):
    """A sheet to import, and why."""

    field_order = ("file", "because")

    file = forms.FileField(
        label="Excel 文件",
        help_text="先检查，不写入；有错的行会指出是哪一行哪一列",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


def row_form(register: Register) -> "type[forms.ModelForm[Any]]":
    """Return the form of one row: its fields, why, and the stamp of what was shown."""
    made = forms.modelform_factory(
        register.table(), fields=register.fields.split(), formfield_callback=_field
    )
    extra = {
        "because": Because.base_fields["because"],
        "stamp": forms.CharField(widget=forms.HiddenInput, required=False),
    }
    return type("RowForm", (made,), extra)
