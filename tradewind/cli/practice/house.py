"""Setting up the practice company: people, company, markets, ways, papers, accounts. Each part once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from tradewind.apps.logistics.models import Box, Carrier, RateCard, Service, Warehouse
from tradewind.apps.logistics.operations import (
    NewBox,
    NewCarrier,
    NewRateCard,
    NewService,
    NewWarehouse,
    import_rate_card,
    register_boxes,
    register_carriers,
    register_services,
    register_warehouses,
)
from tradewind.apps.markets.models import Indicator, Market
from tradewind.apps.markets.operations import NewMarket, import_indicators, move_markets, register_markets
from tradewind.apps.org.models import Company, Qualification, User
from tradewind.apps.org.operations.companies import (
    NewCompany,
    NewQualification,
    create_companies,
    register_qualifications,
)
from tradewind.apps.org.operations.people import NewUser, create_user
from tradewind.apps.treasury.models import BankAccount, CollectionAccount
from tradewind.apps.treasury.operations import open_bank_account, open_collection_account
from tradewind.apps.treasury.step import run_rates
from tradewind.cli.people import made_up_password
from tradewind.cli.practice.plan import (
    ABROAD,
    COMPANY,
    CURRENCIES,
    HOME,
    LINE,
    OWNER_NAME,
    PEOPLE,
    SEA,
    TAIL,
    ZONES,
    Plan,
    actor,
)
from tradewind.cli.practice.world import World
from tradewind.engine.access import FINANCE, OPERATIONS, OWNER, system
from tradewind.engine.money import Money
from tradewind.engine.scoring import MARKET_WEIGHTS
from tradewind.simulators.assortment import forwarder_card

NAMES = {
    "US": ("United States", "美国"), "GB": ("United Kingdom", "英国"), "DE": ("Germany", "德国"),
    "JP": ("Japan", "日本"),
}  # fmt: skip
# millions of people, wealth a head: about right, and invented all the same
COUNTRIES = {
    "US": (335, 76000), "GB": (67, 46000), "DE": (84, 49000), "JP": (125, 34000), "FR": (68, 41000),
    "CA": (39, 54000), "AU": (26, 65000), "KR": (52, 33000), "IT": (59, 35000), "ES": (48, 30000),
    "NL": (18, 57000), "PL": (38, 18000),
}  # fmt: skip
GROUND = (
    "Country,From g,To g,First g,First Price,Step g,Step Price,Per Parcel,Minimum g\n"
    "US,0,500,500,3.90,500,0.00,0.45,0\nUS,500,2000,500,4.20,500,1.10,0.45,0\n"
    "US,2000,20000,500,4.90,500,1.30,0.45,0\n"
)
# kind, number, market, years it is valid for; the last one runs out soon after the last day.
PAPERS = (
    ("business_licence", "91440300XF0000001X", "", 0),
    ("customs_registration", "4403XF0001", "", 0),
    ("fcc", "XF-FCC-2025", "US", 3),
    ("trademark", "US-97000001", "US", 10),
    ("vat", "GB900000001", "GB", 0),
    ("eori", "GB900000001000", "GB", 0),
    ("vat", "DE900000001", "DE", 0),
    ("epr_packaging", "DE9000000000001", "DE", 1),
    ("consumption_tax", "T9000000000001", "JP", 0),
)


def people(plan: Plan) -> None:
    """Everybody who works here; passwords are made up and kept in the installation's home."""
    at = plan.before(45, 0)
    for name, (role, zh) in PEOPLE.items():
        if not User.objects.filter(username=name).exists():
            by = system("installer") if name == OWNER_NAME else actor(OWNER)
            secret = made_up_password(name, make=True)
            create_user(user=NewUser(name, secret, role, "*", zh), now=at, by=by)


def company(plan: Plan) -> int:
    """The legal entity; its id."""
    if not Company.objects.filter(code=COMPANY).exists():
        new = NewCompany(COMPANY, "Xinfeng Trading (practice)", "CN", "CNY", "信风贸易（演练）", True)
        create_companies(companies=[new], now=plan.before(45, 1), by=actor(OWNER))
    return Company.objects.get(code=COMPANY).pk


def markets(plan: Plan) -> None:
    """Four markets, entered, with public numbers that are the simulator's own."""
    by, at = actor(OPERATIONS), plan.before(45, 1)
    if not Market.objects.exists():
        new = [NewMarket(code, *NAMES[code], CURRENCIES[code], ZONES[code]) for code in NAMES]
        register_markets(markets=new, now=at, by=by)
    watched = list(Market.objects.filter(state="watched").values_list("id", flat=True))
    if watched:
        move_markets(ids=watched, move="enter", now=at, by=by)


def ways(plan: Plan) -> None:
    """Warehouses, carriers, services and what they cost."""
    by, at = actor(OPERATIONS), plan.before(45, 1)
    if not Warehouse.objects.exists():
        houses = [
            NewWarehouse(HOME, "深圳仓 Shenzhen", "CN", "own"),
            NewWarehouse(ABROAD, "洛杉矶海外仓 Los Angeles", "US", "overseas"),
        ]
        register_warehouses(warehouses=houses, now=at, by=by)
    if not Carrier.objects.exists():
        carriers = [
            NewCarrier("XF-LOG", "Xunfei Line", "迅飞专线"),
            NewCarrier("LA-PARCEL", "LA Parcel", "洛城快递"),
        ]
        register_carriers(carriers=carriers, now=at, by=by)
    if not Service.objects.exists():
        services = [
            NewService("XF-LOG", LINE, "Tracked small-parcel line 小包专线", "line", 9),
            NewService("XF-LOG", SEA, "Sea freight to Los Angeles 美西海运", "first_leg", 22),
            NewService("LA-PARCEL", TAIL, "Ground in the US 美国本土地派", "local", 4),
        ]
        register_services(services=services, now=at, by=by)
    cards = (
        (LINE, "CNY", "line.csv", forwarder_card(plan.seed)),
        (TAIL, "USD", "ground.csv", GROUND.encode()),
    )
    for service, currency, name, content in cards:
        found = Service.objects.get(code=service)
        if not RateCard.objects.filter(service=found).exists():
            card = NewRateCard(
                found.pk, currency, at.date(), source=f"practice forwarder, {name}", accept_falling=True
            )
            import_rate_card(card=card, name=name, content=content, now=at, by=by)


def cartons(plan: Plan) -> None:
    """The carton sizes the practice warehouse packs in."""
    if Box.objects.exists():
        return
    sizes = ((200, 150, 100, 90), (250, 200, 150, 140), (350, 250, 200, 240), (450, 350, 300, 420))
    new = [
        NewBox(
            f"C{number}", f"{number} 号箱 Carton {number}", length, width, height, tare, 20_000,
            Money(60 + 70 * number, "CNY"),
        )
        for number, (length, width, height, tare) in enumerate(sizes, 1)
    ]  # fmt: skip
    register_boxes(boxes=new, now=plan.before(45, 1), by=actor(OPERATIONS))


def papers(plan: Plan, company_id: int) -> None:
    """Licences, tax numbers and certificates; one certificate runs out 18 days after the last day."""
    if Qualification.objects.exists():
        return
    issued = plan.start - timedelta(days=200)
    new = [
        NewQualification(
            company_id, kind, number, market, issued,
            issued + timedelta(days=365 * years) if years else None, keeper="李倩",
        )
        for kind, number, market, years in PAPERS
    ]  # fmt: skip
    soon = plan.until + timedelta(days=18)
    new.append(
        NewQualification(company_id, "ce_test_report", "CE-XF-2291", "DE", issued, soon, 30, "陈伟",
                         note="充电器 CE 测试报告，到期前重新送检")
    )  # fmt: skip
    register_qualifications(qualifications=new, now=plan.before(45, 1), by=actor(OWNER))


def accounts(plan: Plan, world: World) -> None:
    """Collection accounts in four currencies, the bank account, and its reference rates so far."""
    by, at = actor(FINANCE), plan.before(45, 1)
    keys = world.accounts()
    base = f"{world.url}/lighter"
    for held in keys["lighter"]:
        code = held["account"]
        if not CollectionAccount.objects.filter(code=code).exists():
            open_collection_account(
                company=COMPANY, provider="lighter", code=code, name=f"驳船收款 {held['currency']}",
                currency=held["currency"], base_url=base, now=at, by=by,
                credentials={"account": code, "key": held["key"]},
            )  # fmt: skip
    bank = keys["bank"]
    if not BankAccount.objects.exists():
        open_bank_account(
            company=COMPANY, code=bank["account"], name="驳船银行人民币户", currency="CNY",
            provider="lighter",
            base_url=base, credentials={"account": bank["account"], "key": bank["key"]}, now=at, by=by,
        )  # fmt: skip
    run_rates(at, by)


def indicators(plan: Plan, path: str) -> None:
    """Public numbers: from a file the person named, else invented ones that say so in their source."""
    if Indicator.objects.exists():
        return
    by, at = actor(OPERATIONS), plan.before(45, 1)
    if path:
        file = Path(path)
        import_indicators(name=file.name, content=file.read_bytes(), source=file.name, now=at, by=by)
        return
    lines = ["iso2,indicator,year,value"]
    for country, (people_m, wealth) in COUNTRIES.items():
        for name in MARKET_WEIGHTS:
            dice = plan.dice("indicator", country, name)
            lines.append(f"{country},{name},{at.year - 1},{_invented(name, people_m, wealth, dice)}")
    content = "\n".join(lines).encode() + b"\n"
    source = "invented for the practice company"
    import_indicators(name="practice-indicators.csv", content=content, source=source, now=at, by=by)


def _invented(name: str, people_m: int, wealth: int, dice: Random) -> str:
    """A number of plausible size: heads, money a head, growth, or a share in percent."""
    if "population" in name:
        return str(people_m * 1_000_000 + dice.randrange(1_000_000))
    if "growth" in name or "inflation" in name:
        return f"{dice.randint(-20, 60) / 10}"
    if "capita" in name or "gdp" in name:
        return str(wealth * dice.randint(95, 105) // 100)
    return f"{dice.randint(450, 990) / 10}"
