"""Products: out of approved candidates or by hand, released for sale, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.queries import missing_facts
from tradewind.apps.catalog.states import PRODUCT
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.apps.research.models import Candidate
from tradewind.apps.research.operations import take_candidates
from tradewind.db.states import move_all
from tradewind.engine.access import Actor


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to create; with a candidate it must be an approved one, and is its only product."""

    code: str
    name: str
    name_zh: str = ""
    category: str = ""
    candidate_id: int | None = None


def create_products(*, products: Sequence[NewProduct], now: datetime, by: Actor) -> list[int]:
    """Create products as drafts; their ids in order. Candidates they come from are then taken."""
    with acting(by, "catalog.change", kind="product", now=now) as act:
        found = Findings()
        wanted = [p.candidate_id for p in products if p.candidate_id is not None]
        states = dict(Candidate.objects.filter(id__among=wanted).values_list("id", "state"))
        made = []
        for row, one in rows(products):
            found.at(row)
            _approved(found, one.candidate_id, states)
            made.append(
                Product(
                    code=found.code("code", one.code, 20),
                    name=found.text("name", one.name, 160),
                    name_zh=found.text("name_zh", one.name_zh, 160, needed=False),
                    category=found.text("category", one.category, 60, needed=False),
                    candidate_id=one.candidate_id,
                )
            )
        codes = [p.code for p in made]
        found.fresh(
            "code", codes, set(Product.objects.filter(code__among=codes).values_list("code", flat=True))
        )
        found.fresh("candidate", [p.candidate_id for p in made], ())
        found.settle()
        act.ids = [p.pk for p in Product.objects.bulk_create(made)]
        act.note(verb="create_products", codes=codes[:500])
        if wanted:
            take_candidates(ids=wanted, now=now, by=by)
        return act.ids


def _approved(found: Findings, candidate_id: int | None, states: dict[int, str]) -> None:
    if candidate_id is None:
        return
    state = states.get(candidate_id)
    if state is None:
        found.add("candidate", candidate_id, _("there is no such row"))
    elif state != "approved":
        found.add("candidate", state, _("the candidate is not approved"), "approved")


def activate_products(*, ids: Sequence[int], now: datetime, by: Actor) -> list[int]:
    """Release products for sale. Refused with every missing fact of every SKU named; nothing moves then.

    Needed of each SKU: HS code, origin, weight, three sides, and a yes or no to battery, magnet,
    liquid and powder.
    """
    with acting(by, "catalog.change", kind="product", ids=ids, now=now) as act:
        found = Findings()
        held = Product.objects.in_bulk(list(ids))
        per: dict[int, list[Sku]] = {pk: [] for pk in held}
        for sku in Sku.objects.filter(product_id__among=list(ids)).order_by("code"):
            per[sku.product_id].append(sku)
        for pk in sorted(set(ids) - held.keys()):
            found.add("id", pk, _("there is no such row"))
        for pk, product in sorted(held.items()):
            if not per[pk]:
                found.add(product.code, "", _("the product has no SKU"))
            for sku in per[pk]:
                for fact in missing_facts(sku):
                    found.add(f"{sku.code} {fact}", "", _("is not known yet"))
        found.settle()
        act.note(verb="activate_products", codes=[p.code for p in held.values()][:500])
        return move_all(Product, PRODUCT, "activate", ids)


def stop_products(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Take products out of the range, with a reason. WrongState when one is stopped already."""
    with acting(by, "catalog.change", kind="product", ids=ids, now=now) as act:
        act.note(verb="stop_products", reason=needed_reason(reason))
        return move_all(Product, PRODUCT, "stop", ids)
