"""Every address: screens, API."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("tradewind.api.urls")),
    path("", include("tradewind.web.urls")),
]
