"""Settlement files of every channel, read by layouts that are data: captions, parts, totals."""

from tradewind.connectors.layouts.reading import read_settlements
from tradewind.connectors.layouts.spec import Columns, Layout, Only, Part, Table, parts

__all__ = ["Columns", "Layout", "Only", "Part", "Table", "parts", "read_settlements"]
