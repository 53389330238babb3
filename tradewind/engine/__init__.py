"""Pure computation: no Django, no clock, no I/O, no float money."""
