"""`tradewind practice`: a company with its whole business, run through connectors in a simulated world."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tradewind.cli.main import DONE, REFUSED, setup
from tradewind.cli.practice.plan import OWNER_NAME, PEOPLE, Plan
from tradewind.cli.practice.world import World


def main(args: list[str]) -> int:
    """Make the practice company. Nothing is copied in: every row comes from an operation or an import."""
    options = _parser().parse_args(args[1:])
    setup()
    from tradewind.cli.house import migrate_now

    migrate_now()
    return _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tradewind practice", description=main.__doc__)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    parser.add_argument("--seed", type=int, default=7, help="another number is another company")
    parser.add_argument("--days", type=int, default=90, help="days of business")
    parser.add_argument(
        "--until", type=date.fromisoformat, default=yesterday, help="the last day of business"
    )
    parser.add_argument("--skus", type=int, default=72, help="size of the range")
    parser.add_argument("--simulator", default="", help="address of a world served elsewhere")
    parser.add_argument("--indicators", default="", help="a file of public numbers of countries")
    parser.add_argument("--resume", action="store_true", help="go on where an interrupted run stopped")
    parser.add_argument("--json", action="store_true", help="say nothing but the result")
    return parser


def _run(options: argparse.Namespace) -> int:
    from tradewind.apps.org.models import Company
    from tradewind.cli.practice import world
    from tradewind.cli.saying import fault

    facts = world.remembered() if options.resume else {}
    wrong = ""
    if options.resume and not facts:
        wrong = "there is no interrupted run to resume"
    elif Company.objects.exists() and not facts:
        wrong = "there is a company already: practise in an empty home"
    if wrong:
        fault("refused", wrong, as_json=options.json)
        return REFUSED
    began = time.monotonic()
    plan, market = _begin(options, facts)
    try:
        _work(plan, market, options)
    finally:
        market.end()
    if market.child is not None:
        world.settle_in(market, plan.seed, plan.start)
    world.forget()
    _tell(time.monotonic() - began, as_json=options.json)
    return DONE


def _begin(options: argparse.Namespace, facts: dict[str, Any]) -> tuple[Plan, World]:
    """The plan and the world: those of the interrupted run, or new ones, kept for a resumption."""
    from tradewind.cli.practice import world

    if facts:
        until = date.fromisoformat(facts["until"])
        plan = Plan(facts["seed"], until, facts["days"], facts["skus"])
        return plan, world.again(facts["url"], plan.seed, plan.start)
    plan = Plan(options.seed, options.until, options.days, options.skus)
    market = world.World(options.simulator) if options.simulator else world.begin(plan.seed, plan.start)
    world.remember(
        seed=plan.seed, until=plan.until.isoformat(), days=plan.days, skus=plan.skus, url=market.url
    )
    return plan, market


def _work(plan: Plan, market: World, options: argparse.Namespace) -> None:
    from tradewind.cli.practice import days

    def say(text: str) -> None:
        if not options.json:
            print(text, flush=True)

    began = time.monotonic()
    say(f"practice company, seed {plan.seed}: {plan.start} to {plan.until}")
    days.set_up(plan, market, options.indicators)
    say(f"set up after {time.monotonic() - began:.0f} s")
    days.run_days(plan, market, say)


def _tell(seconds: float, *, as_json: bool) -> None:
    from tradewind.apps.orders.models import Order
    from tradewind.cli.people import made_up_password
    from tradewind.cli.saying import say_json

    orders = Order.objects.count()
    people = [{"user": n, "role": role, "password": made_up_password(n)} for n, (role, _) in PEOPLE.items()]
    if as_json:
        say_json({"orders": orders, "seconds": round(seconds), "logins": people})
        return
    print(f"{orders} orders in {seconds:.0f} s; sign in as")
    for one in people:
        print(
            f"  {one['user']:10} {one['role']:12} {one['password']}"
            + ("  <- owner" if one["user"] == OWNER_NAME else "")
        )
