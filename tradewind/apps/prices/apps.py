from django.apps import AppConfig


class PricesConfig(AppConfig):
    name = "tradewind.apps.prices"
    label = "prices"
    default_auto_field = "django.db.models.BigAutoField"
