from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "smartunion.kernel.live"
    verbose_name = "实时"
