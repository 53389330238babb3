from django.apps import AppConfig
from django.utils.translation import gettext

from tradewind.connectors.words import speak


class WebConfig(AppConfig):
    name = "tradewind.web"
    label = "web"

    def ready(self) -> None:
        """Connectors know no Django: they are told here how to speak to people."""
        speak(gettext)
