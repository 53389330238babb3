"""Every address: screens, API."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("tradewind.api.urls")),
    path("", include("tradewind.web.urls")),
]

handler400 = "tradewind.web.errors.bad_request"
handler403 = "tradewind.web.errors.forbidden"
handler404 = "tradewind.web.errors.not_found"
handler500 = "tradewind.web.errors.failed"
