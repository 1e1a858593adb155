from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("django_clopos", "0012_api_indexes")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("succeeded", "Succeeded"),
                    ("partial", "Partial"),
                    ("failed", "Failed"),
                    ("abandoned", "Abandoned"),
                ],
                default="running",
                max_length=16,
            ),
        )
        for name in ("syncrun", "syncstep")
    ]
