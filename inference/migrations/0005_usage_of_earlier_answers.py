"""Counts the answers that were given before there were rows for their days; they cost nothing."""

from django.db import migrations
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

ENDED = ["finished", "stopped", "failed"]


def count(apps, schema_editor):
    Generation = apps.get_model("inference", "Generation")
    UsageDay = apps.get_model("inference", "UsageDay")
    groups = (
        Generation.objects.filter(status__in=ENDED)
        .order_by()
        .annotate(day=TruncDate("created_at", tzinfo=timezone.get_default_timezone()))
        .values("day", "model_id", "requester", "user_id")
        .annotate(requests=Count("pk"), prompts=Sum("prompt_tokens"), completions=Sum("completion_tokens"))
    )
    rows = {}
    for group in groups.iterator():
        requester = group["requester"]
        charged_to = "guest" if requester.startswith("guest:") else requester
        row = rows.setdefault(
            (group["day"], charged_to, group["model_id"]),
            UsageDay(day=group["day"], charged_to=charged_to, model_id=group["model_id"], user_id=group["user_id"]),
        )
        row.requests += group["requests"]
        row.prompt_tokens += group["prompts"]
        row.completion_tokens += group["completions"]
    UsageDay.objects.bulk_create(rows.values(), batch_size=500)


class Migration(migrations.Migration):

    dependencies = [("inference", "0004_embeddings_prices_usage")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
