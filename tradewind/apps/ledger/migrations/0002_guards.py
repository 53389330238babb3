"""The books guard themselves: what a posted entry is, no raw SQL can change.

SQLite: row triggers that look up by index only. PostgreSQL: statement triggers over transition
tables, so that a bulk of any size is checked by one set-based query.
"""

from django.db import migrations

from tradewind.db.guards import Guards

UNBALANCED = "ledger: an entry is posted only when its postings sum to zero in every currency"
EMPTY = "ledger: an entry without postings is not posted"
BORN = "ledger: an entry is born unposted"
POSTED = "ledger: a posted entry never changes; book another one"
FROZEN = "ledger: the postings of a posted entry never change; book another entry"
CLOSED = "ledger: the period is closed; book into an open one"
SHUT = "ledger: a closed period stays as it is"

_CLOSED = """EXISTS (SELECT 1 FROM ledger_period WHERE company_id = NEW.company_id
    AND month = substr(NEW."on", 1, 8) || '01' AND state = 'closed')"""
_POSTED_NEW = "EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id AND posted)"
_POSTED_OLD = "EXISTS (SELECT 1 FROM ledger_entry WHERE id = OLD.entry_id AND posted)"
# INSERT OR REPLACE removes a row without firing delete triggers: a taken id is refused here.
_TAKEN_ENTRY = "EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id AND posted)"
# Two plain look-ups: an IN over both would build a table in memory for every row of a bulk. A row that
# gets its key only now says -1, and needs the first alone; a check of the table lets no row have that key.
_TAKEN_POSTING = f"""{_POSTED_NEW} OR (NEW.id <> -1 AND EXISTS (SELECT 1 FROM ledger_posting p
    JOIN ledger_entry e ON e.id = p.entry_id WHERE p.id = NEW.id AND e.posted))"""


def _row(name, event, table, when, word):
    return f"""CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {when}
        BEGIN SELECT RAISE(ABORT, '{word}'); END"""


SQLITE = {
    # One trigger an event: each costs a bulk insert its share.
    "ledger_entry_born": f"""CREATE TRIGGER ledger_entry_born BEFORE INSERT ON ledger_entry FOR EACH ROW
        WHEN NEW.posted OR {_CLOSED} OR {_TAKEN_ENTRY} BEGIN
        SELECT RAISE(ABORT, '{BORN}') WHERE NEW.posted;
        SELECT RAISE(ABORT, '{CLOSED}') WHERE {_CLOSED};
        SELECT RAISE(ABORT, '{POSTED}'); END""",
    "ledger_entry_change": _row("ledger_entry_change", "UPDATE", "ledger_entry", "OLD.posted", POSTED),
    "ledger_entry_moved": _row("ledger_entry_moved", "UPDATE", "ledger_entry", _CLOSED, CLOSED),
    "ledger_entry_gone": _row("ledger_entry_gone", "DELETE", "ledger_entry", "OLD.posted", POSTED),
    "ledger_entry_post": f"""CREATE TRIGGER ledger_entry_post BEFORE UPDATE OF posted ON ledger_entry
        FOR EACH ROW WHEN NEW.posted BEGIN
        SELECT RAISE(ABORT, '{EMPTY}')
          WHERE NOT EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id);
        SELECT RAISE(ABORT, '{UNBALANCED}') WHERE EXISTS (SELECT 1 FROM ledger_posting
          WHERE entry_id = NEW.id GROUP BY currency HAVING sum(amount_minor) <> 0); END""",
    "ledger_posting_new": _row("ledger_posting_new", "INSERT", "ledger_posting", _TAKEN_POSTING, FROZEN),
    "ledger_posting_change": _row("ledger_posting_change", "UPDATE", "ledger_posting", _POSTED_OLD, FROZEN),
    "ledger_posting_moved": _row("ledger_posting_moved", "UPDATE", "ledger_posting", _POSTED_NEW, FROZEN),
    "ledger_posting_gone": _row("ledger_posting_gone", "DELETE", "ledger_posting", _POSTED_OLD, FROZEN),
    "ledger_period_change": _row(
        "ledger_period_change", "UPDATE", "ledger_period", "OLD.state = 'closed'", SHUT
    ),
    "ledger_period_gone": _row("ledger_period_gone", "DELETE", "ledger_period", "OLD.state = 'closed'", SHUT),
}

# Rows of other transactions are share-locked before they are judged, so that a posting cannot slip
# in while another session posts its entry; rows of the running transaction nobody else can see.
POSTGRESQL = f"""
CREATE FUNCTION ledger_month_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7304002, c.company_id::int)
    FROM (SELECT DISTINCT company_id FROM fresh) c;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT company_id, date_trunc('month', "on")::date AS month FROM fresh) f
             JOIN ledger_period p ON p.company_id = f.company_id AND p.month = f.month
             WHERE p.state = 'closed') THEN RAISE EXCEPTION '{CLOSED}' USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_entry_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh WHERE posted) THEN
    RAISE EXCEPTION '{BORN}' USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_entry_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM was WHERE posted) THEN
    RAISE EXCEPTION '{POSTED}' USING ERRCODE = '23514'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;
  IF EXISTS (SELECT 1 FROM fresh f WHERE f.posted
             AND NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.entry_id = f.id)) THEN
    RAISE EXCEPTION '{EMPTY}' USING ERRCODE = '23514'; END IF;
  -- Lateral: entry by entry through the index; a join was planned as a walk through all postings.
  IF EXISTS (SELECT 1 FROM fresh f CROSS JOIN LATERAL (
               SELECT 1 FROM ledger_posting p WHERE p.entry_id = f.id
               GROUP BY p.currency HAVING sum(p.amount_minor) <> 0) x WHERE f.posted) THEN
    RAISE EXCEPTION '{UNBALANCED}' USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_posting_fresh() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_entry e WHERE e.id IN (SELECT entry_id FROM fresh)
    AND e.xmin <> pg_current_xact_id()::xid ORDER BY e.id FOR SHARE;
  IF EXISTS (SELECT 1 FROM ledger_entry e WHERE e.posted AND e.id IN (SELECT entry_id FROM fresh)) THEN
    RAISE EXCEPTION '{FROZEN}' USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_posting_was() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_entry e WHERE e.id IN (SELECT entry_id FROM was)
    AND e.xmin <> pg_current_xact_id()::xid ORDER BY e.id FOR SHARE;
  IF EXISTS (SELECT 1 FROM ledger_entry e WHERE e.posted AND e.id IN (SELECT entry_id FROM was)) THEN
    RAISE EXCEPTION '{FROZEN}' USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_entry WHERE posted) THEN
    RAISE EXCEPTION '{POSTED}' USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_period_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.state = 'closed' THEN
    RAISE EXCEPTION '{SHUT}' USING ERRCODE = '23514'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  PERFORM pg_advisory_xact_lock(7304002, NEW.company_id::int);
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_month AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_month_open();
CREATE TRIGGER ledger_entry_moved AFTER UPDATE ON ledger_entry REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_month_open();
CREATE TRIGGER ledger_entry_born AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_born();
CREATE TRIGGER ledger_entry_change AFTER UPDATE ON ledger_entry
  REFERENCING OLD TABLE AS was NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_change();
CREATE TRIGGER ledger_entry_gone AFTER DELETE ON ledger_entry REFERENCING OLD TABLE AS was
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_change();
CREATE TRIGGER ledger_entry_emptied BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_never_emptied();
CREATE TRIGGER ledger_posting_new AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_fresh();
CREATE TRIGGER ledger_posting_moved AFTER UPDATE ON ledger_posting REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_fresh();
CREATE TRIGGER ledger_posting_change AFTER UPDATE ON ledger_posting REFERENCING OLD TABLE AS was
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_was();
CREATE TRIGGER ledger_posting_gone AFTER DELETE ON ledger_posting REFERENCING OLD TABLE AS was
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_was();
CREATE TRIGGER ledger_posting_emptied BEFORE TRUNCATE ON ledger_posting
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_never_emptied();
-- Posting an entry rewrites its row: room on the page keeps its indexes untouched.
ALTER TABLE ledger_entry SET (fillfactor = 50);
CREATE TRIGGER ledger_period_guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_period
  FOR EACH ROW EXECUTE FUNCTION ledger_period_guard();
"""
_FUNCTIONS = (
    "ledger_month_open", "ledger_entry_born", "ledger_entry_change", "ledger_posting_fresh",
    "ledger_posting_was", "ledger_never_emptied", "ledger_period_guard",
)  # fmt: skip


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for statement in SQLITE.values():
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in _FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE", params=None)
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [Guards(install, remove)]
