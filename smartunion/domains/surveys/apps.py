from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "smartunion.domains.surveys"
    verbose_name = "满意度调查"
