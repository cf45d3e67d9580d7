"""What people fill in for settlement. A form checks the shape; the rules decide."""

from django import forms


class Because(forms.Form):
    """A reason with its document."""

    because = forms.CharField(
        label="查到了什么、依据哪张凭据", max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
