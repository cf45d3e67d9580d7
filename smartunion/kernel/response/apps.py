from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "smartunion.kernel.response"
    verbose_name = "应急响应"
