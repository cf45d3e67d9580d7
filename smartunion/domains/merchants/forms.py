"""What people fill in at the risk desk and on the caller's page."""

from django import forms

from .models import CallBack


class Because(forms.Form):
    """A decision needs a reason that both sides may read."""

    because = forms.CharField(
        max_length=200, min_length=2, error_messages={"required": "写一句理由，付款人和商户会看到"}
    )


class Call(forms.Form):
    """What one payer said, straight after the call."""

    result = forms.ChoiceField(choices=CallBack.Result.choices)
    note = forms.CharField(max_length=200, required=False)


class Sheet(forms.Form):
    """The firm's results as a sheet."""

    file = forms.FileField(error_messages={"required": "先选一张 Excel 结果表"})
