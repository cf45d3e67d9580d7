from django.apps import AppConfig


class CrisisConfig(AppConfig):
    name = "smartunion.domains.crisis"
    verbose_name = "红色预警处置"
