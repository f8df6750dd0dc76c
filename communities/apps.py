from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    keeps_records = True
