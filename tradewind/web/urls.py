"""Addresses of the screens. The nouns come last: any word that is no page may be a noun."""

from django.urls import URLPattern, URLResolver, path, re_path

from tradewind.web import details, doing, lists, markets, people, search, shell, today, tools

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", people.login, name="login"),
    path("logout/", people.logout, name="logout"),
    path("", today.home, name="home"),
    path("flow/", today.flow_page, name="flow"),
    path("tour/", today.tour, name="tour"),
    path("search", search.show, name="search"),
    path("counts", shell.counts, name="counts"),
    path("profile/", people.profile, name="profile"),
    path("language", people.language, name="language"),
    path("look", people.look, name="look"),
    path("store", people.store, name="store"),
    path("markets/ranking/", markets.ranking, name="ranking"),
    path("tools/<slug:code>/", tools.show, name="tool"),
    path("tools/<slug:code>/answer", tools.answer, name="tool-answer"),
    path("tools/<slug:code>/sheet.xlsx", tools.sheet, name="tool-sheet"),
    path("tools/<slug:code>/answer.xlsx", tools.answer_sheet, name="tool-answer-sheet"),
    re_path(
        r"^tools/(?P<code>[a-z_]+)/files/(?P<name>[a-z_]+)\.(?P<kind>csv|xlsx)$",
        tools.answer_file,
        name="tool-file",
    ),
    path("tools/<slug:code>/many", tools.many, name="tool-many"),
    re_path(r"^(?P<noun>[a-z][a-z0-9_-]*)/export\.(?P<kind>csv|xlsx)$", lists.download, name="export"),
    path("<slug:noun>/do/<slug:action>", doing.act, name="act"),
    path("<slug:noun>/<slug:public>/", details.show, name="detail"),
    path("<slug:noun>/", lists.show, name="list"),
]
