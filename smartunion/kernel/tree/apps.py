from django.apps import AppConfig


class TreeConfig(AppConfig):
    name = "smartunion.kernel.tree"
    verbose_name = "存证树"
