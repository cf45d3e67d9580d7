"""allauth's forms in the house's words."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCode
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm

PASSWORD_HINT = "至少 10 个字符，不能只有数字，也不能是常见密码。"  # noqa: S105 - a hint, no secret


def _plain(form: Any, **labels: tuple[str, str]) -> None:
    """Give fields our label and hint, and no placeholder that repeats the label."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in labels:
            field.label, field.help_text = labels[name]


class Login(LoginForm):  # type: ignore[misc]  # allauth brings no types
    """登录."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            login=("工号或账号", ""),
            password=("密码", ""),
            remember=("在这台设备上保持登录", ""),
        )


class Reauthenticate(ReauthenticateForm):  # type: ignore[misc]
    """再输一次密码."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password=("密码", ""))


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]
    """改密码."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            oldpassword=("现在的密码", ""),
            password1=("新密码", PASSWORD_HINT),
            password2=("再输一次新密码", ""),
        )


class SetPassword(SetPasswordForm):  # type: ignore[misc]
    """设密码."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password1=("密码", PASSWORD_HINT), password2=("再输一次密码", ""))


class FirstPassword(ResetPasswordKeyForm):  # type: ignore[misc]
    """第一次设密码, by the link that works once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password1=("密码", PASSWORD_HINT), password2=("再输一次密码", ""))


class Code(AuthenticateForm):  # type: ignore[misc]
    """第二步验证."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=("验证码", "验证器上的 6 位数字；手机不在身边可以用一个恢复码。"))


class CodeAgain(ReauthenticateByCode):  # type: ignore[misc]
    """再输一次验证码."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=("验证码", "验证器上的 6 位数字。"))


class ActivateCode(ActivateTOTPForm):  # type: ignore[misc]
    """启用验证器."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=("验证器显示的 6 位数字", ""))


class AddKey(AddWebAuthnForm):  # type: ignore[misc]
    """添加通行密钥."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            name=("给这把密钥起个名字", "例如：办公室电脑、我的手机"),
            passwordless=("以后不输密码，直接用它登录", ""),
        )


class EditKey(EditWebAuthnForm):  # type: ignore[misc]
    """改密钥的名字."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, name=("名字", ""))
