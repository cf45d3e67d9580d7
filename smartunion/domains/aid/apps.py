from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "smartunion.domains.aid"
    verbose_name = "困难救助与慰问"
