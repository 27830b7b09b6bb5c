"""What one can talk to; and the door to the other records of inference, each of which has a file of its own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inference.api_keys import ApiKey, Limit
from inference.endpoints import Endpoint
from inference.engine.prompt_format import PROMPT_FORMATS
from inference.engine.types import EngineSpec, Quantization, SamplingParams
from inference.generations import Generation
from inference.sentences import translated
from inference.usage import PRICE_PLACES, UsageDay

__all__ = ["ApiKey", "Endpoint", "Generation", "Limit", "ModelEntry", "ModelOnceAdded", "OnceAdded", "UsageDay"]

# Bundled weights are named relative to the code, so that the project's folder may move.
BUNDLED = "bundled:"
BUNDLED_MODELS = Path(__file__).parent / "demo" / "models"


class ModelEntryQuerySet(models.QuerySet["ModelEntry"]):
    def offered(self) -> ModelEntryQuerySet:
        """What people may talk to: enabled, and for an expert its base enabled too."""
        return self.askable().filter(task=ModelEntry.Task.CHAT)

    def askable(self) -> ModelEntryQuerySet:
        """What programs may ask: also models that answer with vectors."""
        return self.filter(is_enabled=True).exclude(base__is_enabled=False).select_related("base")

    def loadable(self) -> ModelEntryQuerySet:
        """Entries that a worker loads itself (an expert rides on its base)."""
        own = self.filter(is_enabled=True).exclude(backend=ModelEntry.Backend.EXPERT)
        return own.select_related("endpoint")


class ModelEntry(models.Model):
    """Anything one can talk to: a local checkpoint, a model on somebody else's server, or an expert (another entry
    plus a system prompt)."""

    class Backend(models.TextChoices):
        TRANSFORMERS = "transformers", _("local model (transformers)")
        REMOTE = "remote", _("remote model (OpenAI-compatible server)")
        EXPERT = "expert", _("expert (a base model with instructions)")
        ECHO = "echo", _("echo (repeats the question; for trying things out)")

    class Task(models.TextChoices):
        CHAT = "chat", _("answers questions")
        EMBEDDING = "embedding", _("turns texts into vectors (embeddings; only for programs)")

    class WeightBits(models.TextChoices):
        EIGHT = "8bit", _("8 bits (needs the package torchao)")
        FOUR = "4bit", _("4 bits (needs the package bitsandbytes)")

    slug = models.SlugField(
        _("short name"), unique=True, max_length=80, help_text=_("Used in URLs, commands and the API; keep it stable.")
    )
    name = models.CharField(_("name"), max_length=120)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Shown beside the model in the picker."))
    description_zh_hant = models.TextField(_("description in Traditional Chinese"), blank=True)
    backend = models.CharField(_("kind"), max_length=20, choices=Backend.choices, default=Backend.TRANSFORMERS)
    task = models.CharField(_("what it does"), max_length=20, choices=Task.choices, default=Task.CHAT)
    source = models.CharField(
        _("source"),
        max_length=500,
        blank=True,
        help_text=_(
            "A folder on the worker's machine (config.json, safetensors, tokenizer) or a hub name; for a remote model "
            "its name on that server."
        ),
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("remote server")
    )
    family = models.CharField(
        _("prompt format"),
        max_length=40,
        blank=True,
        help_text=_("Empty recognises it: the model's own chat template, else its family's."),
    )
    adapter = models.CharField(
        _("adapter"),
        max_length=500,
        blank=True,
        help_text=_("A LoRA adapter (PEFT) on top of the source: a folder or a hub name."),
    )
    quantization = models.CharField(
        _("weights in"),
        max_length=10,
        blank=True,
        choices=WeightBits.choices,
        help_text=_("Fewer bits take less memory and answer a little worse."),
    )
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="experts", verbose_name=_("base model")
    )
    system_prompt = models.TextField(
        _("system text"), blank=True, help_text=_("Instructions the model hears before every conversation.")
    )
    defaults = models.JSONField(
        _("sampling defaults"),
        default=dict,
        blank=True,
        help_text=_('For example {"temperature": 0.2, "max_tokens": 400}.'),
    )
    is_matryoshka = models.BooleanField(
        _("vectors may be shortened"),
        default=False,
        help_text=_(
            "For an embedding model that was trained for it (Matryoshka): then requests may ask for dimensions."
        ),
    )
    context_length = models.PositiveIntegerField(
        _("context length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(16)],
        help_text=_("In tokens; empty takes the model's own."),
    )
    trust_remote_code = models.BooleanField(
        _("run the model's own code"),
        default=False,
        help_text=_("Danger: Python files in the model's folder then run on the worker. Only for sources you trust."),
    )
    threads = models.PositiveSmallIntegerField(
        _("CPU threads"), null=True, blank=True, help_text=_("Empty lets the worker decide.")
    )
    prompt_price = models.DecimalField(
        _("price of a million question tokens"),
        max_digits=10,
        decimal_places=PRICE_PLACES,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the currency of this site. An expert without prices has those of its base."),
    )
    completion_price = models.DecimalField(
        _("price of a million answer tokens"),
        max_digits=10,
        decimal_places=PRICE_PLACES,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    link = models.URLField(_("link"), blank=True)
    is_demonstration = models.BooleanField(_("demonstration model"), default=False)
    is_enabled = models.BooleanField(_("offered"), default=True)
    preload = models.BooleanField(
        _("load at start"), default=False, help_text=_("Otherwise the first question loads it.")
    )
    position = models.PositiveIntegerField(_("order"), default=100)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ModelEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                name="expert_has_base_others_have_none",
                condition=Q(backend="expert", base__isnull=False) | (~Q(backend="expert") & Q(base__isnull=True)),
            ),
            models.CheckConstraint(name="local_model_has_source", condition=~Q(backend="transformers") | ~Q(source="")),
            models.CheckConstraint(
                name="remote_model_has_endpoint_and_name",
                condition=(Q(backend="remote", endpoint__isnull=False) & ~Q(source=""))
                | (~Q(backend="remote") & Q(endpoint__isnull=True)),
            ),
            models.CheckConstraint(
                name="embeddings_come_from_local_or_remote_models",
                condition=~Q(task="embedding") | Q(backend__in=["transformers", "remote"]),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.backend == self.Backend.EXPERT:
            if self.base is None:
                raise ValidationError({"base": _("An expert needs a base model.")})
            is_base = self.pk is not None and self.experts.exists()
            if self.base.backend == self.Backend.EXPERT or self.base == self or is_base:
                raise ValidationError({"base": _("The base of an expert must be a model, not another expert.")})
            if self.base.is_embedding:
                raise ValidationError({"base": _("The base of an expert must be a model that answers questions.")})
        elif self.base is not None:
            raise ValidationError({"base": _("Only an expert has a base model.")})
        if self.backend == self.Backend.TRANSFORMERS and not self.source:
            raise ValidationError({"source": _("A local model needs a folder or a hub name.")})
        if self.backend == self.Backend.REMOTE and not self.source:
            raise ValidationError({"source": _("A remote model needs its name on that server.")})
        if self.adapter and self.backend != self.Backend.TRANSFORMERS:
            raise ValidationError({"adapter": _("Only a local model takes an adapter.")})
        if self.quantization and (self.adapter or self.backend != self.Backend.TRANSFORMERS):
            raise ValidationError(
                {"quantization": _("Only a local model without an adapter can be read in fewer bits.")}
            )
        if self.is_embedding:
            self._clean_embedding()
        if self.family and self.family not in PROMPT_FORMATS:
            raise ValidationError({"family": _("There is no such prompt format; leave it empty to recognise it.")})
        if (self.backend == self.Backend.REMOTE) != (self.endpoint is not None):
            raise ValidationError({"endpoint": _("A remote model needs its server, and no other model has one.")})
        try:
            SamplingParams.from_json(self.defaults or {})
        except (TypeError, ValueError) as error:
            raise ValidationError({"defaults": translated(str(error))}) from error

    def _clean_embedding(self) -> None:
        if self.backend not in (self.Backend.TRANSFORMERS, self.Backend.REMOTE):
            raise ValidationError({"task": _("Only a local or a remote model turns texts into vectors.")})
        if self.adapter:
            raise ValidationError({"adapter": _("A model that turns texts into vectors takes no adapter.")})
        if self.pk is not None and self.experts.exists():
            raise ValidationError({"task": _("Experts are made of this model, so it must answer questions.")})

    @property
    def is_embedding(self) -> bool:
        return self.task == self.Task.EMBEDDING

    def cost_units(self, prompt_tokens: int, completion_tokens: int) -> int:
        """What so many tokens cost now, in 1/UNITS of the currency (inference/usage.py)."""
        priced = self if self.prompt_price is not None or self.completion_price is not None else self.runner
        counted = ((prompt_tokens, priced.prompt_price), (completion_tokens, priced.completion_price))
        return sum(tokens * int(Decimal(str(price or 0)) * 10**PRICE_PLACES) for tokens, price in counted)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return (self.name_zh_hant if get_language() == "zh-hant" else "") or self.name

    @property
    def about(self) -> str:
        """The description in the reader's language."""
        return (self.description_zh_hant if get_language() == "zh-hant" else "") or self.description

    @property
    def runner(self) -> ModelEntry:
        """The entry whose engine answers: the base of an expert, else itself."""
        return self.base or self

    @property
    def is_bundled(self) -> bool:
        return self.source.startswith(BUNDLED)

    @property
    def queue(self) -> str:
        """The Celery queue of the engine that answers; by key, so that a renamed model keeps its queue."""
        return f"model-{self.runner.pk}"

    @property
    def spec(self) -> EngineSpec:
        runner = self.runner
        backend: Literal["transformers", "echo", "remote"] = "transformers"
        if runner.backend == self.Backend.ECHO:
            backend = "echo"
        elif runner.backend == self.Backend.REMOTE:
            backend = "remote"
        return EngineSpec(
            slug=runner.slug,
            backend=backend,
            remote=runner.endpoint.spec if runner.endpoint else None,
            source=str(BUNDLED_MODELS / runner.source.removeprefix(BUNDLED)) if runner.is_bundled else runner.source,
            context_length=runner.context_length,
            threads=runner.threads,
            trust_remote_code=runner.trust_remote_code,
            family=runner.family,
            adapter=runner.adapter,
            quantization=cast(Quantization, runner.quantization),
            task="embedding" if runner.is_embedding else "chat",
        )

    def sampling(self, **chosen: Any) -> SamplingParams:
        """The model's defaults (a base's first, then the expert's), overridden by what was chosen."""
        base = SamplingParams.usable(self.base.defaults) if self.base else {}
        given = {name: value for name, value in chosen.items() if value is not None}
        return SamplingParams.from_json({**base, **SamplingParams.usable(self.defaults), **given})


class OnceAdded(models.Model):
    """Something that came with the site and was added once: what an administrator deletes does not come back."""

    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.slug


class ModelOnceAdded(OnceAdded):
    """A model."""
