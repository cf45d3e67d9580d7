"""What keepers of the tree write."""

from django import forms


class Admitting(forms.Form):
    """Who becomes a witness."""

    words = forms.CharField(label="单位", max_length=40)
    key = forms.CharField(label="公钥（脚本打印的一整行）", max_length=200)
    because = forms.CharField(label="依据", max_length=200)


class Ending(forms.Form):
    """Why a witness ends."""

    because = forms.CharField(label="原因", max_length=200)
