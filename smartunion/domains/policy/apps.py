from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "smartunion.domains.policy"
    verbose_name = "政策问答"
