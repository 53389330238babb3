"""What people do with bills."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import BillLayout
from tradewind.apps.claims.operations import (
    BillHead,
    accept_bills,
    audit_bills,
    cover_bill,
    import_bill,
    import_credit_note,
    make_claims,
    record_bill,
    uncover_bill,
)
from tradewind.apps.claims.states import ACCEPTED, AUDITED, CLOSED, DRAFT, TAKEN
from tradewind.apps.org.models import Company
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.stores.queries import store_coded
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FILE,
    FLAG,
    LONG,
    MANY,
    NONE,
    ONE,
    Action,
    Call,
    Field,
    Outcome,
    Ref,
)
from tradewind.desk.nouns._claims import KINDS, bill_kinds, layout_choices
from tradewind.desk.nouns._money import typed_money
from tradewind.desk.nouns._order_files import store_codes
from tradewind.desk.nouns._upstream import companies, currencies, of_code
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused


def _head(call: Call, layout: BillLayout | None) -> BillHead:
    v = call.values
    store = store_coded(v["store"], call.by) if v["store"] else None
    creditor = v["creditor"] or (layout.creditor if layout else "")
    kind = v["kind"] or (layout.kind if layout else "")
    company = of_code(Company, "company", v["company"])
    return BillHead(
        company.pk, creditor, v["number"], kind, v["on"], v["due_on"], store.pk if store else None,
        v["currency"] or "",
    )  # fmt: skip


def _import(call: Call) -> Outcome:
    v = call.values
    layout = of_code(BillLayout, "layout", v["layout"]) if v["layout"] else None
    done = import_bill(
        _head(call, layout), name=v["file"].name, data=v["file"].content,
        layout_id=layout.pk if layout else None, replace=bool(v["replace"]), now=call.now, by=call.by,
    )  # fmt: skip
    bill = done.bill
    said = _now("%(n)d lines, %(sum)s.") % {"n": bill.line_count, "sum": bill.amount}
    if done.how == "unchanged":
        said = _now("This file was taken over before; nothing was changed.")
    if done.unread:
        listed = ", ".join(done.unread[:10])
        said += " " + _now("Columns not read: %(columns)s.") % {"columns": listed}
    detail = {"bill": bill.number, "how": done.how, "lines": bill.line_count, "unread": list(done.unread)}
    changed = 0 if done.how == "unchanged" else 1
    return Outcome(said, changed, Ref("bills", bill.pk, bill.number), detail=detail)


def _record(call: Call) -> Outcome:
    v = call.values
    amount = typed_money(v["amount"], v["currency"] or "")
    bill = record_bill(
        _head(call, None), amount=amount, description=v["description"] or "", now=call.now, by=call.by
    )
    return Outcome(_("Entered."), 1, Ref("bills", bill.pk, bill.number))


def _audit(call: Call) -> Outcome:
    done = audit_bills(ids=call.ids, now=call.now, by=call.by)
    sums = {name: sum(getattr(d, name) for d in done) for name in ("lines", "clean", "findings", "unjudged")}
    said = _now("%(lines)d lines: %(clean)d right, %(findings)d findings, %(unjudged)d could not be judged.")
    return Outcome(said % sums, len(done), detail=sums)


def _accept(call: Call) -> Outcome:
    done = accept_bills(ids=call.ids, unjudged=bool(call.values["unjudged"]), now=call.now, by=call.by)
    return Outcome(_("Accepted: what is not disputed is to be paid."), len(done))


def _claim(call: Call) -> Outcome:
    rows = queries.findings(call.by).filter(bill_line__bill_id__in=call.ids, state="open")
    made = make_claims(ids=list(rows.values_list("id", flat=True)), now=call.now, by=call.by)
    goto = Ref("claims", made[0].pk, made[0].number) if len(made) == 1 else None
    said = _now("Claims made: %(numbers)s.") % {"numbers": ", ".join(c.number for c in made)}
    return Outcome(said, len(made), goto)


def _credit(call: Call) -> Outcome:
    v = call.values
    done = import_credit_note(
        bill_id=call.ids[0], name=v["file"].name, data=v["file"].content, number=v["number"], on=v["on"],
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_now("%(n)d lines credited.") % {"n": done}, done)


def _cover(call: Call) -> Outcome:
    names = [name.strip() for name in str(call.values["lines"]).split() if name.strip()]
    found: dict[str, int] = {}
    for name in names:
        number, _sign, line_no = name.rpartition("#")
        rows = SettlementLine.objects.filter(settlement__external_id=number)
        if line_no.isdigit() and (row := rows.filter(line_no=int(line_no)).first()) is not None:
            found[name] = row.pk
    lost = [name for name in names if name not in found]
    if lost:
        why = _now("there is no such settlement line")
        raise Refused([Problem(None, "lines", name, why, "S-2026-07#12") for name in lost])
    minor = cover_bill(bill_id=call.ids[0], line_ids=found.values(), now=call.now, by=call.by)
    return Outcome(_("Matched: this is neither owed nor booked again."), 1 if minor else 0)


def _uncover(call: Call) -> Outcome:
    return Outcome(_("The match is taken back."), uncover_bill(bill_id=call.ids[0], now=call.now, by=call.by))


def _taken_kinds(_actor: Actor) -> list[tuple[str, Any]]:
    return [(kind, label) for kind, label in KINDS.items() if kind in TAKEN or kind == "other"]


_HEAD = (
    Field("company", _("Company"), CHOICE, choices=companies),
    Field("number", _("Number of the bill")),
    Field("on", _("Bill of"), DATE),
    Field("due_on", _("Payment due on"), DATE, False),
)
ACTIONS = (
    Action("import", _("Import a bill"), _import, "claims.change", NONE, (
        Field("file", _("File"), FILE, help=_("XLSX or CSV as the creditor sends it; it is kept as it is")),
        Field("layout", _("Layout"), CHOICE, False, choices=layout_choices),
        *_HEAD,
        Field("creditor", _("Creditor"), required=False, help=_("Empty: as the layout says")),
        Field("kind", _("Kind"), CHOICE, False, choices=bill_kinds, help=_("Empty: as the layout says")),
        Field("currency", _("Currency"), CHOICE, False, choices=currencies,
              help=_("Empty: as the layout or the file says")),
        Field("store", _("Store"), CHOICE, False, choices=store_codes,
              help=_("Needed where a channel may take the money itself")),
        Field("replace", _("Replace a bill with other content"), FLAG, required=False),
    ), key="n"),
    Action("record", _("Enter an invoice"), _record, "claims.change", NONE, (
        *_HEAD,
        Field("creditor", _("Creditor")),
        Field("kind", _("Kind"), CHOICE, choices=_taken_kinds),
        Field("store", _("Store"), CHOICE, False, choices=store_codes),
        Field("amount", _("Amount"), DECIMAL),
        Field("currency", _("Currency"), CHOICE, choices=currencies),
        Field("description", _("Description"), required=False),
    )),
    Action("audit", _("Judge"), _audit, "claims.change", MANY, states=(DRAFT, AUDITED), key="j"),
    Action("accept", _("Accept what is right"), _accept, "claims.change", MANY, (
        Field("unjudged", _("Also lines that could not be judged"), FLAG, required=False),
    ), states=(AUDITED,), key="a",
        confirm=_("What is not disputed is owed from now on and goes into the books.")),
    Action("claim", _("Claim what is wrong"), _claim, "claims.change", MANY, states=(AUDITED, ACCEPTED)),
    Action("credit", _("Take over a credit note"), _credit, "claims.change", ONE, (
        Field("file", _("File"), FILE, help=_("In the layout of the bill: tracking numbers and amounts")),
        Field("number", _("Number of the credit note")),
        Field("on", _("Day"), DATE),
    ), states=(AUDITED, ACCEPTED, CLOSED)),
    Action("cover", _("Taken by the channel"), _cover, "claims.change", ONE, (
        Field("lines", _("Settlement lines"), LONG, help=_("Settlement and line, as S-2026-07#12")),
    )),
    Action("uncover", _("Take the match back"), _uncover, "claims.change", ONE, danger=True),
)  # fmt: skip
