"""Companies and what they are qualified for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.models import Company, Qualification, StoredFile
from tradewind.apps.org.operations.acting import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.engine.access import Actor


@dataclass(frozen=True, slots=True)
class NewCompany:
    """A legal entity to register."""

    code: str
    name: str
    country: str
    base_currency: str
    name_zh: str = ""
    is_practice: bool = False


@dataclass(frozen=True, slots=True)
class NewQualification:
    """A licence, filing, registration or certificate; `market` empty for the home country."""

    company_id: int
    kind: str
    number: str
    market: str = ""
    issued_on: date | None = None
    expires_on: date | None = None  # None: does not expire
    lead_days: int = 30
    keeper: str = ""
    file_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A new expiry of a qualification, perhaps under a new number or with a new paper."""

    id: int
    expires_on: date | None
    issued_on: date | None = None
    number: str = ""
    file_id: int | None = None


def create_companies(*, companies: Sequence[NewCompany], now: datetime, by: Actor) -> list[int]:
    """Register legal entities; their ids in order. Refused: codes taken, unknown currency or country."""
    with acting(by, "org.change", kind="company", now=now) as act:
        found = Findings()
        made = []
        for row, one in rows(companies):
            found.at(row)
            made.append(
                Company(
                    code=found.code("code", one.code, 20),
                    name=found.text("name", one.name, 120),
                    name_zh=found.text("name_zh", one.name_zh, 120, needed=False),
                    country=found.country("country", one.country),
                    base_currency=found.currency("base_currency", one.base_currency),
                    is_practice=one.is_practice,
                )
            )
        codes = [c.code for c in made]
        taken = set(Company.objects.filter(code__among=codes).values_list("code", flat=True))
        found.at(None).fresh("code", codes, taken)
        found.settle()
        act.ids = [c.pk for c in Company.objects.bulk_create(made)]
        act.note(verb="create_companies", codes=codes)
        return act.ids


def create_company(*, company: NewCompany, now: datetime, by: Actor) -> int:
    """Register one legal entity."""
    return create_companies(companies=[company], now=now, by=by)[0]


def _qualification(found: Findings, one: NewQualification) -> Qualification:
    found.days("expires_on", one.issued_on, one.expires_on)
    return Qualification(
        company_id=one.company_id,
        kind=found.code("kind", one.kind),
        number=found.text("number", one.number, 80),
        market=found.country("market", one.market, needed=False),
        issued_on=one.issued_on,
        expires_on=one.expires_on,
        lead_days=found.whole("lead_days", one.lead_days, most=3650) or 0,
        keeper=found.text("keeper", one.keeper, 80, needed=False),
        file_id=one.file_id,
        note=found.text("note", one.note, 5000, needed=False),
    )


def register_qualifications(
    *, qualifications: Sequence[NewQualification], now: datetime, by: Actor
) -> list[int]:
    """Put licences, tax numbers and certificates into the register; their ids in order."""
    with acting(by, "qualifications.change", kind="qualification", now=now) as act:
        found = Findings()
        companies = set(Company.objects.values_list("id", flat=True))
        made = []
        for row, one in rows(qualifications):
            found.at(row).known("company", one.company_id, companies)
            made.append(_qualification(found, one))
        _known_files(found, [q.file_id for q in qualifications])
        taken = set(
            Qualification.objects.filter(company_id__among=[q.company_id for q in made]).values_list(
                "company_id", "kind", "number", "market"
            )
        )
        keys = [(q.company_id, q.kind, q.number, q.market) for q in made]
        found.fresh("number", keys, taken)
        found.settle()
        act.ids = [q.pk for q in Qualification.objects.bulk_create(made)]
        act.note(verb="register_qualifications", kinds=sorted({q.kind for q in made}))
        return act.ids


def _known_files(found: Findings, ids: Sequence[int | None]) -> None:
    wanted = {pk for pk in ids if pk is not None}
    known = set(StoredFile.objects.filter(id__among=wanted).values_list("id", flat=True)) if wanted else set()
    found.at(None)
    for pk in sorted(wanted - known):
        found.add("file", pk, _("there is no such row"))


def renew_qualifications(*, renewals: Sequence[Renewal], reason: str, now: datetime, by: Actor) -> None:
    """Give qualifications a new expiry; what stood before is kept in the audit."""
    with acting(
        by, "qualifications.change", kind="qualification", ids=[r.id for r in renewals], now=now
    ) as act:
        why = needed_reason(reason)
        found = Findings()
        held = Qualification.objects.in_bulk([r.id for r in renewals])
        before = {}
        for row, one in rows(renewals):
            found.at(row).known("id", one.id, held)
            if one.id not in held:
                continue
            q = held[one.id]
            before[one.id] = {"number": q.number, "expires_on": q.expires_on, "issued_on": q.issued_on}
            q.number = found.text("number", one.number or q.number, 80)
            q.expires_on, q.issued_on = one.expires_on, one.issued_on or q.issued_on
            q.file_id = one.file_id or q.file_id
            found.days("expires_on", q.issued_on, q.expires_on)
        _known_files(found, [r.file_id for r in renewals])
        found.settle()
        Qualification.objects.bulk_update(held.values(), ["number", "expires_on", "issued_on", "file"])
        act.note(verb="renew_qualifications", before=before, reason=why)


def renew_qualification(*, renewal: Renewal, reason: str, now: datetime, by: Actor) -> None:
    """Renew one qualification."""
    renew_qualifications(renewals=[renewal], reason=reason, now=now, by=by)
