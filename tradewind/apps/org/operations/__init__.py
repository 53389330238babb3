"""Verbs of the house itself."""

from tradewind.apps.org.operations.acting import Act, acting
from tradewind.apps.org.operations.files import read_file, store_file

__all__ = ["Act", "acting", "read_file", "store_file"]
