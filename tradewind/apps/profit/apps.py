from django.apps import AppConfig


class ProfitConfig(AppConfig):
    name = "tradewind.apps.profit"
    label = "profit"
    default_auto_field = "django.db.models.BigAutoField"
