from django.apps import AppConfig


class PrivateConfig(AppConfig):
    name = "smartunion.kernel.private"
    label = "private"
    verbose_name = "封存资料"

    def ready(self) -> None:
        """Refuse to start with keys that could not open what was sealed with them."""
        from .keyring import keyring

        keyring()
