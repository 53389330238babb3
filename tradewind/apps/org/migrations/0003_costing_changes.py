"""A company's changes of costing method, each from its day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0002_guards")]
    operations = [
        migrations.AddField("company", "costing_changes", models.JSONField(db_default=[], default=list)),
    ]
