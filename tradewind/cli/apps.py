from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "tradewind.cli"
    label = "cli"

    def ready(self) -> None:
        from tradewind.desk import work  # noqa: F401  registers the jobs, in every process
