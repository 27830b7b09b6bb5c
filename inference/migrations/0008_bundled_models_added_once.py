from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inference", "0007_a_stop_is_written_down")]

    operations = [
        migrations.CreateModel(
            name="ModelOnceAdded",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=80, unique=True)),
            ],
        ),
    ]
