from django.apps import AppConfig


class CouponsConfig(AppConfig):
    name = "smartunion.domains.coupons"
    verbose_name = "体育券与科研券"
