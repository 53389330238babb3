"""Benchmarks: each checks its own result and prints a ratio last. `python -m bench [name ...]`."""
