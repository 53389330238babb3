from django.apps import AppConfig


class DbConfig(AppConfig):
    name = "tradewind.db"
    label = "db"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tradewind.db import lookups  # noqa: F401  registers `__among`
