"""What a reader of the journal may ask for."""

from django import forms

from smartunion.kernel.web.fields import DayField

from . import reads


class Search(forms.Form):
    """Every field narrows; all may be left empty."""

    words = forms.CharField(label="事由", max_length=100, required=False)
    by = forms.CharField(label="经办人", max_length=60, required=False)
    what = forms.ChoiceField(label="事项", required=False)
    subject = forms.CharField(label="对象", max_length=80, required=False)
    since = DayField(label="自", required=False)
    until = DayField(label="至", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        self.fields["what"].choices = [("", "全部事项"), *reads.kinds()]  # type: ignore[attr-defined]  # a ChoiceField
