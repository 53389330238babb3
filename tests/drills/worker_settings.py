"""Settings of the processes that the drills start."""

from tradewind.conf.settings import *  # noqa: F403  settings are taken whole

INSTALLED_APPS += ["tests.drills.jobs"]  # noqa: F405  from the settings
