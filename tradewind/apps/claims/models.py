"""The tables of claims."""
