"""What people fill in about notices."""

from django import forms

from .rules import CHOOSABLE, Channel

ORDINARY = [(way.value, way.label) for way in CHOOSABLE]
EVERY = [*ORDINARY, (Channel.VOICE.value, Channel.VOICE.label)]


class Choosing(forms.Form):
    """By which ways one hears of ordinary matters; none keeps them in the house."""

    ways = forms.MultipleChoiceField(
        label="普通通知走哪些渠道",
        choices=ORDINARY,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class Address(forms.Form):
    """A new address of one's own, before it is proven."""

    address = forms.CharField(label="号码", max_length=120)


class Code(Address):
    """The code that came to the new address."""

    address = forms.CharField(max_length=120, widget=forms.HiddenInput)
    code = forms.RegexField(
        r"^\d{6}$",
        label="校验码",
        error_messages={"invalid": "校验码是6位数字"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class Correcting(forms.Form):
    """An officer corrects where somebody is reached, and why."""

    address = forms.CharField(label="核对后的号码", max_length=120)
    because = forms.CharField(label="依据", max_length=200, help_text="例如：已电话核对")


class Searching(forms.Form):
    """What narrows the desk's list."""

    segment = forms.CharField(required=False)
    channel = forms.ChoiceField(label="渠道", choices=[("", "全部渠道"), *EVERY], required=False)
    words = forms.CharField(label="姓名、工号或号码", max_length=60, required=False)
