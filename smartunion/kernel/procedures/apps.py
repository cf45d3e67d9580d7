from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "smartunion.kernel.procedures"
    verbose_name = "事项与流程"
