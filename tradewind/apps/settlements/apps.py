from django.apps import AppConfig


class SettlementsConfig(AppConfig):
    name = "tradewind.apps.settlements"
    label = "settlements"
    default_auto_field = "django.db.models.BigAutoField"
