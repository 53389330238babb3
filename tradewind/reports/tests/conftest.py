"""The world of the prices' tests: three listings in the US whose every cost is stated."""

from tradewind.apps.prices.tests.conftest import english, policy, world  # noqa: F401
