from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "smartunion.domains.safety"
    verbose_name = "活动与安全"
