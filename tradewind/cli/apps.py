from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "tradewind.cli"
    label = "cli"
