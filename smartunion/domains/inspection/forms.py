"""What people fill in at an inspection."""

from django import forms

from smartunion.kernel.web.fields import YuanField

from .rules.parties import Party


class Rolling(forms.Form):
    """A witness's own digits."""

    party = forms.ChoiceField(
        label="一方", choices=[(one.value, one.words) for one in Party], widget=forms.HiddenInput
    )
    digits = forms.CharField(
        label="你掷出的点数", max_length=40, help_text="按掷出先后，0—9，中间可以空格",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class Photo(forms.Form):
    """The picture of the dice."""

    photo = forms.FileField(label="掷骰现场照片", help_text="看得清三方的骰子，JPG 或 PNG")


class Spoiling(forms.Form):
    """What went wrong at the dice."""

    because = forms.CharField(label="什么差错", max_length=200, min_length=2, help_text="会公开")


class Looking(forms.Form):
    """What the paper says, before the books are shown."""

    paper = YuanField(label="原件金额（元）", help_text="照票面填，没有原件填 0")
    is_sound = forms.TypedChoiceField(
        label="合规吗",
        choices=(("yes", "票据齐全、用途合规"), ("no", "有问题")),
        coerce=lambda said: said == "yes",
    )
    problem = YuanField(label="问题金额（元）", required=False, help_text="合规的不填")
    note = forms.CharField(label="问题说明", max_length=400, required=False)


class Text(forms.Form):
    """A report, a summary, a statement."""

    text = forms.CharField(
        label="写明情况", max_length=2000, min_length=2, widget=forms.Textarea(attrs={"rows": 5})
    )


class Refund(forms.Form):
    """Money that has come back."""

    amount = YuanField(label="退回金额（元）", least_fen=1)
    receipt = forms.CharField(label="回单号", max_length=60)


class Judgment(forms.Form):
    """Whether it goes to the discipline commission."""

    is_severe = forms.TypedChoiceField(
        label="情节", choices=(("no", "不移交"), ("yes", "情节严重，移交校纪委")),
        coerce=lambda said: said == "yes",
    )  # fmt: skip
    because = forms.CharField(label="理由", max_length=200, min_length=2)


class Receipt(forms.Form):
    """The discipline commission's number for what it has received."""

    receipt = forms.CharField(label="移交接收单号", max_length=60)
