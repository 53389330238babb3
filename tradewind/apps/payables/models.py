"""The tables of payables."""
