from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    name = "smartunion.domains.procurement"
    verbose_name = "福利采购"
