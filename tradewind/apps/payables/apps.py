from django.apps import AppConfig


class PayablesConfig(AppConfig):
    name = "tradewind.apps.payables"
    label = "payables"
    default_auto_field = "django.db.models.BigAutoField"
