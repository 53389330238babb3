"""A person at a real browser: the practice company, the screens, the keyboard, the phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.house import House, browsing, chromium, serving, sign_in

pytestmark = [pytest.mark.browser]

if chromium() is None and os.environ.get("CI") != "true":
    pytest.skip("no Chromium on this machine", allow_module_level=True)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with serving(days=20) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as running:
        yield running


@pytest.fixture
def page(browser: Any, house: House) -> Iterator[Any]:
    """A signed-in owner at 1440x900; fails the test on script errors, CSP breaches or outside requests."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    made = context.new_page()
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    made.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "422" not in m.text else None)
    made.on(
        "request",
        lambda r: None if r.url.startswith((house.address, "data:", "blob:")) else wrong.append(r.url),
    )
    sign_in(made, house)
    yield made
    context.close()
    assert wrong == []


def test_nobody_sees_anything_without_signing_in(browser: Any, house: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    for path in ("", "orders/", "settlements/", "flow/", "order_profits/", "api/orders"):
        answer = page.goto(house.address + path)
        assert "login" in page.url or answer.status in (401, 403), path
    context.close()


def test_the_home_page_shows_what_waits_at_each_step_of_the_flow(page: Any, house: House) -> None:
    page.goto(house.address)
    text = page.inner_text("main")
    for word in ("市场与战略", "订单履行", "收款与利润"):
        assert word in page.inner_text("body")
    money = page.locator(".side details[data-stage='6']")
    assert not money.get_by_text("结汇", exact=True).is_visible()
    money.locator("summary").click()
    assert money.get_by_text("结汇", exact=True).is_visible()
    assert text.strip()


def test_the_orders_list_shows_at_least_24_rows_of_at_most_30_pixels(page: Any, house: House) -> None:
    page.goto(house.address + "orders/")
    rows = page.locator("table tbody tr")
    boxes = [rows.nth(i).bounding_box() for i in range(min(rows.count(), 40))]
    seen = [b for b in boxes if b and b["y"] + b["height"] <= 900]
    assert len(seen) >= 24
    assert max(b["height"] for b in seen) <= 30


def test_the_keyboard_selects_and_opens_rows(page: Any, house: House) -> None:
    page.goto(house.address + "orders/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    assert page.locator("tbody input[type=checkbox]:checked").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/ord_*/")


def test_the_search_narrows_the_list_without_reloading_the_page(page: Any, house: House) -> None:
    page.goto(house.address + "orders/")
    number = page.locator("tbody tr a").first.inner_text()
    page.fill("input[type=search][name=search], input[name=search]", number)
    page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 1")
    assert number in page.inner_text("tbody")


def test_a_profit_opens_down_to_its_documents(page: Any, house: House) -> None:
    page.goto(house.address + "order_profits/")
    page.locator("tbody tr a").first.click()
    page.wait_for_load_state()
    assert page.locator("svg").count() >= 1
    assert page.locator("main").inner_text().strip()


@pytest.mark.parametrize("width", [390])
def test_no_screen_scrolls_sideways_on_a_phone(browser: Any, house: House, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN", has_touch=True)
    page = context.new_page()
    sign_in(page, house)
    for path in (
        "",
        "orders/",
        "settlements/",
        "order_profits/",
        "candidates/",
        "flow/",
        "parcels/",
        "skus/",
    ):
        page.goto(house.address + path)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 1, f"{path} is {over} px too wide"
    context.close()


def test_every_screen_of_the_menu_opens_in_both_languages(page: Any, house: House) -> None:
    page.goto(house.address)
    links = {a.get_attribute("href") for a in page.locator("nav a[href^='/']").all()}
    assert len(links) >= 25
    for link in sorted(x for x in links if x and "logout" not in x):
        answer = page.goto(house.address.rstrip("/") + link)
        assert answer.status == 200, link
        assert page.locator("h1").count() >= 1, link


def test_five_wrong_passwords_lock_the_door(browser: Any, house: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    name = list(house.logins)[-1]
    for _ in range(6):
        page.goto(house.address + "login/")
        if page.locator("input[name=password]").count() == 0:
            break
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", "not the password")
        page.click("form.form button")
    page.goto(house.address + "login/")
    if page.locator("input[name=password]").count():
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", house.logins[name])
        page.click("form.form button")
    assert page.url != house.address
    context.close()
