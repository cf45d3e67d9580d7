from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "smartunion.kernel.ledger"
    verbose_name = "总账"
