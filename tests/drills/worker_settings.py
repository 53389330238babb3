"""Settings of the processes that the drills start."""

from tradewind.conf.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.drills.jobs"]  # noqa: F405
