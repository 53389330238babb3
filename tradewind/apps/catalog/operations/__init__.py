"""Verbs of products and SKUs."""

from tradewind.apps.catalog.operations.importing import SkuImport, import_skus
from tradewind.apps.catalog.operations.products import (
    NewProduct,
    activate_products,
    create_products,
    stop_products,
)
from tradewind.apps.catalog.operations.skus import (
    NewSku,
    SkuFacts,
    add_skus,
    resume_skus,
    set_hs_codes,
    set_sku_facts,
    stop_skus,
)

__all__ = [
    "NewProduct",
    "NewSku",
    "SkuFacts",
    "SkuImport",
    "activate_products",
    "add_skus",
    "create_products",
    "import_skus",
    "resume_skus",
    "set_hs_codes",
    "set_sku_facts",
    "stop_products",
    "stop_skus",
]
