"""Tradewind (信风): a self-hosted operating system for cross-border sellers."""

__version__ = "0.1.0"
