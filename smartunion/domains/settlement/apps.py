from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "smartunion.domains.settlement"
    verbose_name = "对账与结算"
