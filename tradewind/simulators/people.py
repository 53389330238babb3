"""Invented buyers: names, streets and towns that look right per country and belong to nobody."""

from __future__ import annotations

from random import Random

NAMES = {
    "US": (
        "Avery Brooke Carter Dana Elliot Harper Jordan Logan Morgan Riley",
        "Adler Bowen Castillo Dawson Ellery Foster Granger Holloway Ingram Jarvis",
    ),
    "GB": (
        "Alfie Beatrice Callum Daisy Freya George Imogen Jasper Nia Poppy",
        "Ashworth Barlow Cartwright Dunmore Fairley Harwood Langley Moss Pryor Thorne",
    ),
    "DE": (
        "Anke Bernd Clara Dieter Emma Finn Greta Jonas Lena Moritz",
        "Albers Brandt Cordes Decker Ebert Falk Gerdes Hansen Jansen Köhler",
    ),
    "JP": (
        "葵 陽翔 結衣 蓮 美咲 大和 さくら 悠真 楓 直樹",
        "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤",
    ),
}
STREETS = {
    "US": "Maple Ave|Orchard Ln|Harbor St|Sunset Blvd|Mill Creek Rd|Juniper Ct|Prairie Dr|Lakeview Ter",
    "GB": "Station Road|Church Lane|Victoria Street|Mill Hill|Queens Road|Orchard Close|The Green",
    "DE": "Lindenstraße|Bahnhofstraße|Gartenweg|Schulstraße|Mühlenweg|Bergstraße|Am Markt",
    "JP": "桜ヶ丘|本町|緑町|若葉台|中央|栄町|港南",
}
# town, region, first characters of the postcode
TOWNS = {
    "US": (
        ("Sacramento", "CA", "958"),
        ("Austin", "TX", "787"),
        ("Albany", "NY", "122"),
        ("Tampa", "FL", "336"),
        ("Spokane", "WA", "992"),
        ("Peoria", "IL", "616"),
        ("Portland", "OR", "972"),
    ),
    "GB": (
        ("Leeds", "", "LS1 "),
        ("Bristol", "", "BS2 "),
        ("Norwich", "", "NR3 "),
        ("Cardiff", "", "CF5 "),
        ("Exeter", "", "EX4 "),
        ("Dundee", "", "DD1 "),
    ),
    "DE": (
        ("Hamburg", "", "203"),
        ("Leipzig", "", "041"),
        ("Köln", "", "506"),
        ("Bremen", "", "281"),
        ("Freiburg", "", "791"),
        ("Dresden", "", "010"),
    ),
    "JP": (
        ("横浜市", "神奈川県", "220-00"),
        ("札幌市", "北海道", "060-00"),
        ("福岡市", "福岡県", "810-00"),
        ("仙台市", "宮城県", "980-00"),
        ("京都市", "京都府", "604-80"),
    ),
}


def _postcode(market: str, start: str, dice: Random) -> str:
    if market == "GB":
        return f"{start}{dice.randint(1, 9)}{dice.choice('ABDEFGHJ')}{dice.choice('LNPQRSTU')}"
    return f"{start}{dice.randint(10, 99)}"


def address(market: str, dice: Random) -> dict[str, str]:
    """A buyer's name and address in a market; e-mail addresses end in example.com, which nobody owns."""
    first, last = (dice.choice(words.split()) for words in NAMES[market])
    town, region, start = dice.choice(TOWNS[market])
    street, number = dice.choice(STREETS[market].split("|")), dice.randint(1, 240)
    if market == "JP":
        name, line = f"{last} {first}", f"{street}{number % 9 + 1}-{number % 30 + 1}"
    elif market == "DE":
        name, line = f"{first} {last}", f"{street} {number}"
    else:
        name, line = f"{first} {last}", f"{number} {street}"
    return {
        "name": name,
        "phone": f"555-01{dice.randint(0, 99):02d}",
        "email": f"buyer{dice.randint(10**6, 10**7 - 1)}@example.com",
        "line1": line,
        "line2": "",
        "city": town,
        "region": region,
        "postcode": _postcode(market, start, dice),
        "country": market,
    }
