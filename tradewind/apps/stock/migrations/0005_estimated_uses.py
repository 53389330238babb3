"""What still waits for the average of its month is found without a walk."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("stock", "0004_cost_bills_whole")]
    operations = [
        migrations.AddIndex(
            "layeruse", models.Index(condition=Q(estimated=True), fields=["id"], name="estimated_uses")
        ),
    ]
