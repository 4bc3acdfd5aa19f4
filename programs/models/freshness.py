from django.db import models
from django.utils import timezone


class Boundary(models.Model):
    """A moment at which public pages change by themselves: a stage opens, a deadline passes.

    Kept by the verbs that set those moments, so that a cached page is never shown past the next one. See freshness.py.
    """

    owner = models.CharField(max_length=60)  # "stage:12"
    moment = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "moment"), name="boundary_once_per_owner")]

    def __str__(self) -> str:
        return f"{self.owner} {self.moment}"


class Revision(models.Model):
    """One row that counts the changes of what the public reads, and knows when the next comes by itself."""

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    # The first boundary that nobody has come past yet.
    next_boundary = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.number)
