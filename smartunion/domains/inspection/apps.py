from django.apps import AppConfig


class InspectionConfig(AppConfig):
    name = "smartunion.domains.inspection"
    verbose_name = "经费审查"
