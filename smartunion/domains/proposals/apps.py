from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "smartunion.domains.proposals"
    verbose_name = "提案与建议"
