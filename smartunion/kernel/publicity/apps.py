from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "smartunion.kernel.publicity"
    verbose_name = "公示与异议"
