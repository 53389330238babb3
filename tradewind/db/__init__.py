"""Storage craft for SQLite and PostgreSQL alike."""
