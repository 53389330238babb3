"""Payables: sums that stand on rows are those of their clearings, and the books agree."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.desk.doctor.kernel import sql_check

CHECKS = (
    sql_check(
        "payables.sums",
        _("the pool of payables adds up: what is paid, set off and written off is what its clearings say"),
        """SELECT p.id, p.settled_minor, coalesce(sum(c.amount_minor), 0), p.paid_minor,
          coalesce(sum(CASE WHEN c.kind = 'payment' THEN c.amount_minor END), 0), p.used_minor,
          coalesce((SELECT sum(u.amount_minor) FROM payables_clearing u WHERE u.deposit_id = p.id), 0)
        FROM payables_payable p LEFT JOIN payables_clearing c ON c.payable_id = p.id
        GROUP BY p.id, p.settled_minor, p.paid_minor, p.used_minor
        HAVING p.settled_minor <> coalesce(sum(c.amount_minor), 0)
          OR p.paid_minor <> coalesce(sum(CASE WHEN c.kind = 'payment' THEN c.amount_minor END), 0)
          OR p.used_minor <>
            coalesce((SELECT sum(u.amount_minor) FROM payables_clearing u WHERE u.deposit_id = p.id), 0)""",
        "payable {0}: settled {1}, clearings {2}; paid {3}, payments {4}; used {5}, set off {6}",
    ),
    sql_check(
        "payables.payments",
        _("every payment is what it took off payables, and every request what was paid on it"),
        """SELECT 'payment ' || m.number, m.amount_minor, coalesce(sum(c.amount_minor), 0)
        FROM payables_payment m LEFT JOIN payables_clearing c ON c.payment_id = m.id AND c.amount_minor > 0
        GROUP BY m.id, m.number, m.amount_minor HAVING m.amount_minor <> coalesce(sum(c.amount_minor), 0)
        UNION ALL SELECT 'request ' || r.number, x.paid, coalesce((SELECT sum(c.amount_minor)
            FROM payables_payment m JOIN payables_clearing c ON c.payment_id = m.id
            WHERE m.request_id = r.id), 0)
          FROM payables_paymentrequest r
          JOIN (SELECT request_id, sum(paid_minor) AS paid FROM payables_requestline GROUP BY request_id) x
            ON x.request_id = r.id
          WHERE r.state IN ('asked', 'approved', 'paid') AND x.paid <> coalesce((SELECT sum(c.amount_minor)
            FROM payables_payment m JOIN payables_clearing c ON c.payment_id = m.id
            WHERE m.request_id = r.id), 0)""",
        "{0}: {1} stands there, its clearings say {2} (minor units)",
    ),
    sql_check(
        "payables.prepayments",
        _("prepayments in the books are the deposits paid and not set off"),
        """SELECT company_id, currency, sum(facts), sum(books) FROM (
          SELECT p.company_id, p.currency, p.paid_minor - p.used_minor AS facts, 0 AS books
          FROM payables_payable p WHERE p.kind = 'deposit'
          UNION ALL SELECT e.company_id, g.currency, 0, g.amount_minor FROM ledger_posting g
            JOIN ledger_entry e ON e.id = g.entry_id AND e.posted
              AND e.event IN ('payment', 'payment_reversal', 'set_off')
            JOIN ledger_account a ON a.id = g.account_id WHERE a.code = '1124') x
        WHERE NOT EXISTS (SELECT 1 FROM payables_payment m WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e
            WHERE e.source = 'payment' AND e.source_id = m.id AND e.event =
              CASE WHEN m.state = 'reversed' THEN 'payment_reversal' ELSE 'payment' END))
          AND NOT EXISTS (SELECT 1 FROM payables_clearing c WHERE c.kind = 'set_off' AND NOT EXISTS (
            SELECT 1 FROM ledger_entry e WHERE e.event = 'set_off' AND e.source_id = c.id))
        GROUP BY company_id, currency HAVING sum(facts) <> sum(books)""",
        "company {0}: deposits hold {2} {1} (minor units), account 1124 {3}",
    ),
)
