"""Every bill has its company; a bill stands once, until it is taken back."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("stock", "0003_cost_bills")]
    operations = [
        migrations.AlterField(
            "landedcharge",
            "company",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="landed_charges", to="org.company"
            ),
        ),
        migrations.AlterField("landedcharge", "sheet", models.CharField(max_length=20)),
        migrations.AlterField("landedcharge", "target", models.CharField(max_length=120)),
        migrations.AddConstraint(
            "landedcharge",
            models.UniqueConstraint(
                condition=Q(void=False), fields=("creditor", "number", "kind"), name="one_landed_charge"
            ),
        ),
    ]
