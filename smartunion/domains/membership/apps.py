from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "smartunion.domains.membership"
    verbose_name = "人员与分会"
