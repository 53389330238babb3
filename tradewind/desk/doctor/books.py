"""Money: books that balance, settlements without a remainder, payouts that are the receipts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.queries import broken_periods, unbalanced
from tradewind.apps.ledger.queries.stock_tie import WAITS
from tradewind.db.sql import fetch
from tradewind.desk.doctor.kernel import Check, sql_check

# Moves of stock: what lies here on 1405; what is under way between our warehouses on 1406.
_STOCK = """SELECT company_id, code, currency, sum(facts), sum(books) FROM (
  SELECT b.owner_id AS company_id, '1405' AS code, y.currency,
    y.left_goods_minor + y.left_landed_minor AS facts, 0 AS books
  FROM stock_costlayer y JOIN stock_balance b ON b.id = y.balance_id
  UNION ALL SELECT f.owner_id, '1406', y.currency, u.goods_minor + u.landed_minor, 0 FROM stock_firstleg f
    JOIN stock_firstlegline g ON g.leg_id = f.id
    JOIN stock_layeruse u ON u.source = 'leg_line' AND u.source_id = g.id
    JOIN stock_costlayer y ON y.id = u.layer_id WHERE f.state = 'departed'
  UNION ALL SELECT e.company_id, a.code, p.currency, 0, p.amount_minor FROM ledger_posting p
    JOIN ledger_entry e ON e.id = p.entry_id AND e.posted
    JOIN ledger_account a ON a.id = p.account_id WHERE a.code IN ('1405', '1406')) x
GROUP BY company_id, code, currency HAVING sum(facts) <> sum(books)"""


def _stock() -> list[str]:
    if fetch(WAITS):
        return []
    return [f"company {c}: account {code} is {books} {currency} (minor units), the goods cost {facts}"
            for c, code, currency, facts, books in fetch(_STOCK)]  # fmt: skip


CHECKS = (
    Check(
        "books.stock",
        _("with nothing waiting to be booked, stock in the books is the cost of the goods there are"),
        _stock,
    ),
    sql_check(
        "books.costs",
        _("what the goods of a booked order cost is in the books"),
        """SELECT x.order_id, x.currency, sum(x.cost), coalesce(max(b.booked), 0), x.code FROM (
          SELECT l.order_id, y.currency, '6401' AS code, sum(u.goods_minor) AS cost FROM orders_order o
          JOIN orders_orderline l ON l.order_id = o.id
          JOIN stock_layeruse u ON u.source = 'order_line' AND u.source_id = l.id
          JOIN stock_costlayer y ON y.id = u.layer_id WHERE o.booked
          GROUP BY l.order_id, l.id, y.currency
          HAVING count(u.goods_minor) = count(*) AND count(CASE WHEN y.late THEN 1 END) = 0
          UNION ALL SELECT l.order_id, y.currency, '6402', sum(u.landed_minor) FROM orders_order o
          JOIN orders_orderline l ON l.order_id = o.id
          JOIN stock_layeruse u ON u.source = 'order_line' AND u.source_id = l.id
          JOIN stock_costlayer y ON y.id = u.layer_id WHERE o.booked
          GROUP BY l.order_id, l.id, y.currency HAVING count(CASE WHEN y.late THEN 1 END) = 0) x
        LEFT JOIN (SELECT p.order_id, p.currency, a.code, sum(p.amount_minor) AS booked FROM ledger_posting p
          JOIN ledger_account a ON a.id = p.account_id AND a.code IN ('6401', '6402')
          GROUP BY p.order_id, p.currency, a.code) b
          ON b.order_id = x.order_id AND b.currency = x.currency AND b.code = x.code
        GROUP BY x.order_id, x.currency, x.code HAVING sum(x.cost) <> coalesce(max(b.booked), 0)""",
        "order {0}: its goods cost {2} {1} (minor units), account {4} says {3}",
    ),
    Check(
        "books.balance",
        _("the trial balance of every company is zero in every currency"),
        lambda: [f"company {c}: {minor} {currency} (minor units)" for c, currency, minor in unbalanced()],
    ),
    sql_check(
        "books.entries",
        _("every posted entry has postings that sum to zero in every currency"),
        """SELECT e.id, coalesce(p.currency, 'none'), coalesce(sum(p.amount_minor), 0) FROM ledger_entry e
        LEFT JOIN ledger_posting p ON p.entry_id = e.id WHERE e.posted
        GROUP BY e.id, p.currency HAVING count(p.id) = 0 OR sum(p.amount_minor) <> 0""",
        "entry {0}: {1} {2}",
    ),
    sql_check(
        "books.numbers",
        _("entry numbers of a company have no gap"),
        """SELECT company_id, count(*), max(number) FROM ledger_entry
        GROUP BY company_id HAVING count(*) <> max(number)""",
        "company {0}: {1} entries, but the last is number {2}",
    ),
    Check(
        "books.periods",
        _("closed months still give the hash they were closed with"),
        lambda: [f"{p.company} {p.month:%Y-%m}" for p in broken_periods()],
    ),
    sql_check(
        "settlements.sum",
        _("the lines of a settlement are the lines it was stored with"),
        """SELECT s.id, s.lines_minor, coalesce(sum(l.amount_minor), 0) FROM settlements_settlementfile s
        LEFT JOIN settlements_settlementline l ON l.settlement_id = s.id
        GROUP BY s.id, s.lines_minor, s.line_count
        HAVING s.lines_minor <> coalesce(sum(l.amount_minor), 0) OR s.line_count <> count(l.id)""",
        "settlement {0}: stored {1}, lines {2}",
    ),
    sql_check(
        "settlements.remainder",
        _("a settlement with a remainder or an unknown line is held"),
        """SELECT s.id, s.state, s.total_minor - s.lines_minor FROM settlements_settlementfile s
        WHERE s.state <> 'held' AND (s.total_minor <> s.lines_minor OR EXISTS
        (SELECT 1 FROM settlements_settlementline l WHERE l.settlement_id = s.id AND l.kind = ''))""",
        "settlement {0} is {1} with a remainder of {2} or unknown lines",
    ),
    sql_check(
        "settlements.taken_back",
        _("a line that takes another back is its opposite, and takes it back once"),
        """SELECT f.external_id, t.line_no, t.rule_id FROM settlements_settlementfile f
        JOIN settlements_settlementline t ON t.settlement_id = f.id
        WHERE f.corrects_id IS NOT NULL AND t.rule_id LIKE 'settlement:%%' AND 1 <> (
          SELECT count(*) FROM settlements_settlementfile g
          JOIN settlements_settlementline x ON x.settlement_id = g.id
          WHERE (g.id = f.corrects_id OR g.corrects_id = f.corrects_id) AND x.amount_minor = -t.amount_minor
            AND t.rule_id = 'settlement:' || g.external_id || '#' || x.line_no
            AND NOT EXISTS (SELECT 1 FROM settlements_settlementline y
              JOIN settlements_settlementfile h ON h.id = y.settlement_id
              WHERE h.corrects_id = f.corrects_id AND y.rule_id = t.rule_id AND y.id <> t.id))""",
        "settlement {0} line {1} takes back {2}",
    ),
    sql_check(
        "payouts.expected",
        _("a payout is what its settlement says"),
        """SELECT p.id, p.amount_minor, p.currency, s.total_minor, s.currency FROM treasury_payout p
        JOIN settlements_settlementfile s ON s.id = p.settlement_id
        WHERE p.amount_minor <> s.total_minor OR p.currency <> s.currency""",
        "payout {0}: {1} {2}, its settlement {3} {4}",
    ),
    sql_check(
        "payouts.received",
        _("a payout is received exactly when a receipt is matched to it"),
        "SELECT id, state FROM treasury_payout WHERE (state = 'received') <> (receipt_id IS NOT NULL)",
        "payout {0} is {1}",
    ),
    sql_check(
        "conversions.ends",
        _("money on its way has arrived, or come back, exactly when a line shows it"),
        """SELECT id, state FROM treasury_conversion
        WHERE (state IN ('arrived', 'short')) <> (bank_line_id IS NOT NULL OR landed_id IS NOT NULL)
        OR (state = 'returned') <> (returned_id IS NOT NULL)""",
        "conversion {0} is {1}",
    ),
    sql_check(
        "payouts.receipts",
        _("a matched receipt is the sum of the payouts it paid, in their currency"),
        """SELECT l.id, l.amount_minor, a.currency, sum(p.amount_minor), min(p.currency)
        FROM treasury_collectionline l JOIN treasury_collectionaccount a ON a.id = l.account_id
        JOIN treasury_payout p ON p.receipt_id = l.id GROUP BY l.id, l.amount_minor, a.currency
        HAVING l.amount_minor <> sum(p.amount_minor) OR min(p.currency) <> a.currency
            OR max(p.currency) <> a.currency""",
        "receipt {0}: {1} {2}, its payouts {3} {4}",
    ),
)
