"""The rows people look at: carriers, services, cards, warehouses, boxes."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from tradewind.apps.logistics.models import Box, Carrier, RateCard, Service, Warehouse
from tradewind.engine.access import Actor


def carriers(actor: Actor) -> QuerySet[Carrier]:
    """Every carrier."""
    actor.require("logistics.view")
    return Carrier.objects.all()


def services(actor: Actor) -> QuerySet[Service]:
    """Every service with its carrier."""
    actor.require("logistics.view")
    return Service.objects.select_related("carrier")


def warehouses(actor: Actor) -> QuerySet[Warehouse]:
    """Every place that holds stock."""
    actor.require("logistics.view")
    return Warehouse.objects.all()


def boxes(actor: Actor) -> QuerySet[Box]:
    """Every carton and bag of the house."""
    actor.require("logistics.view")
    return Box.objects.all()


def rate_cards(actor: Actor) -> QuerySet[RateCard]:
    """Every card, with its service and its number of bands."""
    actor.require("logistics.view")
    return RateCard.objects.select_related("service", "service__carrier", "file").annotate(
        band_count=Count("bands")
    )
