from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "smartunion.kernel.duty"
    verbose_name = "值班"
