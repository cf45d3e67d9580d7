"""What people fill in at the risk desk and on the caller's page."""

from django import forms

from smartunion.kernel.web.fields import YuanField

from .models import CallBack, Departure


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


class Undertaking(forms.Form):
    """Who has signed, and the paper's number."""

    signer = forms.CharField(max_length=40, error_messages={"required": "写签署人姓名"})
    paper = forms.CharField(max_length=60, error_messages={"required": "写承诺书编号"})


class Deposit(forms.Form):
    """A deposit that has arrived, with the bank's slip."""

    amount = YuanField(least_fen=1, error_messages={"required": "写收到多少"})
    slip = forms.CharField(max_length=60, error_messages={"required": "写银行回单号"})


class Note(forms.Form):
    """One sentence: what was tried, how accounts stand, which receipt."""

    note = forms.CharField(max_length=200, min_length=2, error_messages={"required": "写一句"})


class Leave(forms.Form):
    """Why a merchant goes, of its own will or not."""

    kind = forms.ChoiceField(choices=Departure.Kind.choices)
    because = forms.CharField(max_length=200, min_length=2, error_messages={"required": "写理由"})


class Decision(forms.Form):
    """What of the deposit is forfeited."""

    forfeit = YuanField(error_messages={"required": "没收多少，不没收写 0"})
    because = forms.CharField(max_length=200, min_length=2, error_messages={"required": "写理由"})


class Dispute(forms.Form):
    """What the merchant says against a finding."""

    suspicion = forms.IntegerField()
    text = forms.CharField(max_length=400, min_length=2, error_messages={"required": "写异议"})


class Answer(forms.Form):
    """Whether a dispute is right, and why."""

    upheld = forms.TypedChoiceField(
        choices=(("yes", "成立"), ("no", "不成立")), coerce=lambda said: said == "yes"
    )
    because = forms.CharField(max_length=200, min_length=2, error_messages={"required": "写理由"})
