"""Settings of the test run: SQLite in memory, or the database of TRADEWIND_DATABASE_URL."""

import os
import tempfile

os.environ.setdefault("TRADEWIND_HOME", tempfile.mkdtemp(prefix="tradewind-test-"))
os.environ.setdefault("TRADEWIND_JOBS", "immediate")

from tradewind.conf.settings import *  # noqa: F403  settings are taken whole

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = os.environ.get("TRADEWIND_TEST_AXES") == "1"
SUFFIX = os.environ.get("TRADEWIND_TEST_SUFFIX", "")
if SUFFIX:
    DATABASES["default"]["TEST"] = {"NAME": f"test_tradewind_{SUFFIX}"}  # noqa: F405  from the settings
