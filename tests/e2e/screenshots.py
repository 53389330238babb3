"""The pictures of the README, made anew from the practice company: `make screenshots`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tests.e2e.house import ROOT, House, browsing, serving, sign_in

# name, path, size, scheme, language; "*" in a path means: open the first row of the list.
DESK, PHONE = (1440, 900), (390, 844)
PICTURES = [
    ("home", "", DESK, "light", "zh-hans"),
    ("home-dark-en", "", DESK, "dark", "en"),
    ("flow", "flow/", DESK, "light", "zh-hans"),
    ("market-ranking", "markets/ranking/", DESK, "light", "zh-hans"),
    ("niches", "niches/", DESK, "light", "zh-hans"),
    ("candidate", "candidates/*", DESK, "light", "zh-hans"),
    ("orders", "orders/", DESK, "light", "zh-hans"),
    ("orders-dark-en", "orders/", DESK, "dark", "en"),
    ("order", "orders/?state=shipped*", DESK, "light", "zh-hans"),
    ("settlement", "settlements/*", DESK, "light", "zh-hans"),
    ("payout-chain", "payouts/*", DESK, "light", "zh-hans"),
    ("profit", "order_profits/*", DESK, "light", "zh-hans"),
    ("home-phone", "", PHONE, "light", "zh-hans"),
    ("orders-phone-dark", "orders/", PHONE, "dark", "zh-hans"),
]


def picture(browser: Any, house: House, wish: tuple[str, str, tuple[int, int], str, str], into: Path) -> None:
    name, path, (width, height), scheme, language = wish
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 600
    )
    page = context.new_page()
    sign_in(page, house)
    choose_language(page, house, language)
    page.goto(house.address + path.rstrip("*"))
    if path.endswith("*"):
        page.goto(house.address.rstrip("/") + page.locator("tbody tr a").first.get_attribute("href"))
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    page.screenshot(path=str(into / f"{name}.png"))
    context.close()


def choose_language(page: Any, house: House, language: str) -> None:
    """Switch by the form that every page carries."""
    page.evaluate(
        """async (language) => {
            const token = document.querySelector('input[name=csrfmiddlewaretoken]').value;
            const body = new URLSearchParams({language, csrfmiddlewaretoken: token});
            await fetch('/language', {method: 'POST', body, redirect: 'manual'});
        }""",
        language,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--home", help="an installation to look at, instead of a new practice company")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    given.into.mkdir(parents=True, exist_ok=True)
    with serving(days=given.days, home=given.home) as house, browsing() as browser:
        for wish in PICTURES:
            if wish[0].startswith(given.only):
                picture(browser, house, wish, given.into)
                print(wish[0])


if __name__ == "__main__":
    main()
