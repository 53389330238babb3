"""What the storage craft keeps for itself: the number series."""

from django.db import models


class NumberSeries(models.Model):
    """The last number taken of a document series."""

    series = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"
