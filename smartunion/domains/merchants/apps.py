from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    name = "smartunion.domains.merchants"
    verbose_name = "商户与风控"
