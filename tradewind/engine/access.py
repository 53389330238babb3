"""Who may do and see what: roles, actions, hidden fields, store scope. Deny by default."""

from __future__ import annotations

from dataclasses import dataclass, replace

OWNER, OPERATIONS, PURCHASING, WAREHOUSE, SERVICE, FINANCE = (
    "owner", "operations", "purchasing", "warehouse", "service", "finance",
)  # fmt: skip
ROLES = (OWNER, OPERATIONS, PURCHASING, WAREHOUSE, SERVICE, FINANCE)
SYSTEM = "system"  # the steps of the flow; never a person

_ALL = frozenset(ROLES)
_OPS = frozenset({OWNER, OPERATIONS})
_BUY = frozenset({OWNER, PURCHASING})
_FIN = frozenset({OWNER, FINANCE})
_WH = frozenset({OWNER, OPERATIONS, WAREHOUSE})

# action -> roles. `x.view` opens the noun's lists and details, `x.change` its verbs; a verb that
# wants other roles has a row of its own. What stands in no row is refused to everybody.
ACTIONS: dict[str, frozenset[str]] = {
    "org.view": _ALL, "org.change": frozenset({OWNER}), "jobs.view": _ALL, "audit.view": _FIN,
    "jobs.change": _OPS, "qualifications.change": _OPS | _FIN,
    "markets.view": _ALL, "markets.change": _OPS | _FIN, "rules.confirm": frozenset({OWNER}),
    "logistics.view": _ALL, "logistics.change": _OPS | frozenset({WAREHOUSE}),
    "research.view": _OPS | _BUY | _FIN, "research.change": _OPS | _BUY,
    "research.approve": frozenset({OWNER}),
    "catalog.view": _ALL, "catalog.change": _OPS | _BUY,
    "sourcing.view": _BUY | _FIN | _WH, "sourcing.change": _BUY, "sourcing.receive": _WH | _BUY,
    "stock.view": _ALL, "stock.change": _WH,
    "stock.cost": _FIN | _BUY,
    "stores.view": _OPS | _FIN | frozenset({SERVICE}), "stores.change": _OPS,
    "listings.view": _ALL, "listings.change": _OPS,
    "prices.view": _OPS | _FIN, "prices.change": _OPS, "prices.approve": _FIN,
    "orders.view": _ALL, "orders.change": _OPS | frozenset({SERVICE}), "orders.reserve": _WH,
    "fulfilment.view": _ALL, "fulfilment.change": _WH,
    "settlements.view": _FIN, "settlements.change": _FIN,
    "claims.view": _OPS | _FIN, "claims.change": _OPS | _FIN,
    "treasury.view": _FIN, "treasury.change": _FIN,
    "payables.view": _BUY | _FIN, "payables.request": _BUY | _OPS | _FIN, "payables.change": _FIN,
    "payables.approve": frozenset({OWNER}),
    "ledger.view": _FIN, "ledger.change": _FIN,
    "profit.view": _FIN | frozenset({OPERATIONS}), "profit.change": _FIN,
}  # fmt: skip

# field class -> roles that may see it (row 7.1: cost and supplier leak first).
FIELDS: dict[str, frozenset[str]] = {
    "cost": _BUY | _FIN,
    "supplier": _BUY | _FIN,
    "profit": _FIN | frozenset({OPERATIONS}),
    "buyer": frozenset({OWNER, OPERATIONS, WAREHOUSE, SERVICE}),
}


class Denied(PermissionError):
    """The actor may not do this. Carries the action, so that the face can say which right is missing."""

    def __init__(self, actor: Actor, action: str) -> None:
        super().__init__(f"{actor.name} ({actor.role}) may not {action}")
        self.action = action


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with a role and stores, or the system. `stores` None means every store."""

    user_id: int | None
    name: str
    role: str
    stores: frozenset[int] | None = frozenset()
    source: str = "ui"

    def can(self, action: str) -> bool:
        if self.role == SYSTEM:
            return True
        return self.role in ACTIONS.get(action, frozenset())

    def sees(self, field: str) -> bool:
        """Whether the role may see a class of fields; an unknown class is hidden."""
        return self.role == SYSTEM or self.role in FIELDS.get(field, frozenset())

    def require(self, action: str) -> None:
        if not self.can(action):
            raise Denied(self, action)

    def may_touch(self, store_id: int | None) -> bool:
        """Whether the actor's scope holds the store (rows without a store belong to everybody)."""
        return self.stores is None or store_id is None or store_id in self.stores

    def only(self, store_id: int) -> Actor:
        """The same person looking at one store of the scope; a store outside it changes nothing."""
        return replace(self, stores=frozenset({store_id})) if self.may_touch(store_id) else self

    def via(self, source: str) -> Actor:
        return replace(self, source=source)


def system(name: str = "flow") -> Actor:
    """The actor of the steps: every store, every action, named in the audit."""
    return Actor(None, name, SYSTEM, None, "step")
