from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "smartunion.domains.planning"
    verbose_name = "年度计划"
