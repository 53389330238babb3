"""Bills of any batches, taken back by rows of their own; estimates of open months; chosen batches."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """UPDATE stock_landedcharge SET
  company_id = (SELECT owner_id FROM stock_firstleg WHERE id = stock_landedcharge.leg_id),
  target = (SELECT number FROM stock_firstleg WHERE id = stock_landedcharge.leg_id)"""
CHARGED = """UPDATE stock_costlayer SET charges = (SELECT count(*) FROM stock_landedcharge c
  JOIN stock_firstlegline g ON g.leg_id = c.leg_id WHERE g.id = stock_costlayer.leg_line_id)
WHERE leg_line_id IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_guards"), ("org", "0002_guards")]
    operations = [
        migrations.AddField("reservation", "batch", models.CharField(blank=True, db_default="", max_length=40)),
        migrations.AddField("layeruse", "estimated", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "costlayer", "charges", models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.RemoveConstraint("landedcharge", "one_landed_charge"),
        migrations.AddField(
            "landedcharge",
            "company",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="landed_charges",
                to="org.company",
            ),
        ),
        migrations.AddField("landedcharge", "sheet", models.CharField(default="", max_length=20)),
        migrations.AddField("landedcharge", "target", models.CharField(default="", max_length=120)),
        migrations.AddField("landedcharge", "divisor", models.PositiveIntegerField(null=True)),
        migrations.AddField(
            "landedcharge", "reason", models.CharField(blank=True, db_default="", max_length=200)
        ),
        migrations.AddField("landedcharge", "void", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "landedcharge",
            "reverses",
            models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversal",
                to="stock.landedcharge",
            ),
        ),
        migrations.AlterField(
            "landedcharge",
            "leg",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="charges",
                to="stock.firstleg",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(CHARGED, migrations.RunSQL.noop),
    ]  # fmt: skip
