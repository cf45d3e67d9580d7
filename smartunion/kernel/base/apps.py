from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "smartunion.kernel.base"
    verbose_name = "时钟与校历"
