"""The models that come with the project: made once in the life of an installation, then the administrator's to change
and to delete."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from inference.models import BUNDLED, BUNDLED_MODELS, ModelEntry, ModelOnceAdded

DEMONSTRATION: dict[str, Any] = {
    "organisation": "",
    "licence": "Apache-2.0",
    "is_demonstration": True,
}

LOCAL_MODELS: list[dict[str, Any]] = [
    {
        "slug": "demo-large",
        "name": "Demo Large",
        "name_zh_hant": "示範模型（大）",
        "description": "A tiny demonstration model that comes with this site. It knows capitals, chemical elements, "
        "units, sums up to 99, basic environmental terms and this product; it makes mistakes, and mostly says what it "
        "does not know.",
        "description_zh_hant": "隨本站附上的小型示範模型：懂首都、化學元素、單位、99 以內的加減、"
        "環境工程基本名詞與本產品的用法；會答錯，不知道的多半會直說。",
        "source": f"{BUNDLED}large",
        "preload": True,
        "position": 10,
        "defaults": {"temperature": 0.0, "max_tokens": 96},
    },
    {
        "slug": "demo-small",
        "name": "Demo Small",
        "name_zh_hant": "示範模型（小）",
        "description": "The smaller sibling: quicker, and wrong more often. Good for trying out comparisons.",
        "description_zh_hant": "較小的示範模型：更快，也更常答錯，適合用來試試比較功能。",
        "source": f"{BUNDLED}small",
        "preload": True,
        "position": 20,
        "defaults": {"temperature": 0.0, "max_tokens": 96},
    },
]

EXPERTS: list[dict[str, Any]] = [
    {
        "slug": "air-quality-expert",
        "name": "Air-quality expert",
        "name_zh_hant": "空氣品質專家",
        "description": "Demo Large with the instructions of an air-quality expert: an example of how a role is made.",
        "description_zh_hant": "以示範模型（大）加上空氣品質專家的指示，示範如何建立一個角色。",
        "system_prompt": "You are an air-quality expert.",
        "position": 30,
    },
    {
        "slug": "environmental-assessment-expert",
        "name": "Environmental-assessment expert",
        "name_zh_hant": "環境影響評估專家",
        "description": "Demo Large with the instructions of an environmental-assessment expert.",
        "description_zh_hant": "以示範模型（大）加上環境影響評估專家的指示。",
        "system_prompt": "You are an environmental-assessment expert.",
        "position": 40,
    },
]


def register_bundled_models() -> list[ModelEntry]:
    """Adds what was never added before and returns it; never touches an entry that exists."""
    added: list[ModelEntry] = []
    for fields in LOCAL_MODELS:
        if (BUNDLED_MODELS / fields["source"].removeprefix(BUNDLED) / "model.safetensors").exists():
            added += _add(backend=ModelEntry.Backend.TRANSFORMERS, **DEMONSTRATION, **fields)
    base = ModelEntry.objects.filter(slug=LOCAL_MODELS[0]["slug"]).first()
    if base is not None and added:
        for fields in EXPERTS:
            added += _add(backend=ModelEntry.Backend.EXPERT, base=base, **DEMONSTRATION, **fields)
    return added


@transaction.atomic
def _add(slug: str, **fields: Any) -> list[ModelEntry]:
    if not ModelOnceAdded.objects.get_or_create(slug=slug)[1]:
        return []
    entry, created = ModelEntry.objects.get_or_create(slug=slug, defaults=fields)
    return [entry] if created else []
