from django.apps import AppConfig


class PerformanceConfig(AppConfig):
    name = "smartunion.domains.performance"
    verbose_name = "指标与绩效"
