from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "smartunion.kernel.notices"
    verbose_name = "通知"
