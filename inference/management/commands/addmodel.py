"""`manage.py addmodel`: one more model or expert in the picker, without editing a file and without a restart."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify

from inference.engine.checks import check_adapter_source, check_source, is_hub_name
from inference.engine.embedding_files import is_embedding_folder, is_matryoshka_folder
from inference.engine.prompt_format import PROMPT_FORMATS
from inference.engine.types import ModelUnavailable
from inference.models import Endpoint, ModelEntry

HELP = """Offers one more model to people. Nothing needs a restart: running workers notice it within seconds.

examples:
  ./run addmodel /models/Qwen2.5-0.5B-Instruct --name "Qwen 2.5 0.5B"
  ./run addmodel Qwen/Qwen2.5-0.5B-Instruct            (a hub name: the worker downloads it)
  ./run addmodel huggyllama/llama-7b --adapter /models/my-lora --family alpaca --name "My LoRA"
  ./run addmodel /models/bge-m3 --name "BGE M3"         (an embedding model is recognised by its files)
  ./run addmodel gpt-4o-mini --backend remote --base-url https://api.openai.com/v1 --api-key-env OPENAI_API_KEY
  ./run addmodel --backend expert --base qwen --name "Soil expert" --system-prompt "You are a soil expert." \\
                     --temperature 0.2
"""
SAMPLING = {"temperature": float, "top_p": float, "top_k": int, "repetition_penalty": float, "max_tokens": int}


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default="", help="the model's folder, or its name on the hub")
        parser.add_argument("--backend", choices=ModelEntry.Backend.values, default="transformers")
        parser.add_argument(
            "--task",
            choices=ModelEntry.Task.values,
            help="what it does; default: recognised in a local folder, else chat",
        )
        parser.add_argument("--matryoshka", action="store_true", help="its vectors may be shortened on request")
        parser.add_argument("--slug", help="short name for URLs and commands; default: made from the source or name")
        parser.add_argument("--name", help="what people read; default: the folder's name")
        parser.add_argument("--name-zh", default="", help="the name in Traditional Chinese")
        parser.add_argument("--description", default="", help="one sentence beside the model in the picker")
        parser.add_argument("--description-zh", default="", help="the same in Traditional Chinese")
        parser.add_argument(
            "--family",
            default="",
            choices=["", *PROMPT_FORMATS],
            metavar="FORMAT",
            help=f"how it is asked; default: recognised (see docs/models.md). One of {', '.join(PROMPT_FORMATS)}",
        )
        parser.add_argument("--adapter", default="", help="a LoRA adapter (PEFT) on top of it: a folder or a hub name")
        parser.add_argument(
            "--quantization",
            default="",
            choices=["", *ModelEntry.WeightBits.values],
            metavar="BITS",
            help="8bit (package torchao) or 4bit (package bitsandbytes): less memory, a little worse answers",
        )
        parser.add_argument("--base", help="short name of the model that an expert is made of")
        parser.add_argument("--base-url", default="", help="of a remote model: its server, such as https://host/v1")
        parser.add_argument(
            "--api-key-env", default="", metavar="NAME", help="the workers' environment variable that holds its key"
        )
        parser.add_argument("--system-prompt", default="", help="instructions heard before every conversation")
        parser.add_argument("--context-length", type=int, metavar="N", help="tokens; default: the model's own")
        parser.add_argument("--organisation", default="", help="who made it")
        parser.add_argument("--licence", default="")
        parser.add_argument("--link", default="", help="a page about it")
        parser.add_argument(
            "--position", type=int, default=100, help="place in the list (default 100; smaller is higher)"
        )
        parser.add_argument(
            "--preload", action="store_true", help="load when a worker starts, not at the first question"
        )
        parser.add_argument("--threads", type=int, help="CPU threads for it; default: the worker decides")
        parser.add_argument("--trust-remote-code", action="store_true", help="danger: runs Python files of its folder")
        parser.add_argument("--disabled", action="store_true", help="do not offer it yet")
        for name, kind in SAMPLING.items():
            option = f"--{name.replace('_', '-')}"
            parser.add_argument(option, type=kind, help="default of its conversations; people may change it")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        is_expert = options["backend"] == ModelEntry.Backend.EXPERT
        source = "" if is_expert else self._checked_source(options["source"], options["backend"])
        name = options["name"] or Path(options["source"]).name
        if not name:
            raise CommandError("Please give it a --name.")
        entry = ModelEntry(
            slug=options["slug"] or slugify(name),
            name=name,
            name_zh_hant=options["name_zh"],
            description=options["description"],
            description_zh_hant=options["description_zh"],
            backend=options["backend"],
            task=options["task"] or self._task_of(source, options["backend"]),
            is_matryoshka=options["matryoshka"] or is_matryoshka_folder(Path(source)),
            source=source,
            family=options["family"],
            adapter=self._checked_adapter(options["adapter"]),
            quantization=options["quantization"],
            base=self._base(options["base"] or options["source"]) if is_expert else None,
            endpoint=self._endpoint(options),
            system_prompt=options["system_prompt"],
            defaults={name: options[name] for name in SAMPLING if options[name] is not None},
            context_length=options["context_length"],
            threads=options["threads"],
            trust_remote_code=options["trust_remote_code"],
            organisation=options["organisation"],
            licence=options["licence"],
            link=options["link"],
            is_enabled=not options["disabled"],
            preload=options["preload"],
            position=options["position"],
        )
        if not entry.slug:
            raise CommandError(f"No short name can be made from “{name}”; please give one with --slug.")
        self._save(entry)

    def _task_of(self, source: str, backend: str) -> str:
        is_embedding = backend == ModelEntry.Backend.TRANSFORMERS and is_embedding_folder(Path(source))
        if is_embedding:
            self.stdout.write(
                "It turns texts into vectors (embeddings), so only programs may ask it, at /v1/embeddings."
            )
        return ModelEntry.Task.EMBEDDING if is_embedding else ModelEntry.Task.CHAT

    def _checked_source(self, source: str, backend: str) -> str:
        """The source as it is kept: folders with their whole path, since workers start elsewhere."""
        if backend == ModelEntry.Backend.ECHO:
            return source  # its options, such as "words_per_second=20"
        if backend == ModelEntry.Backend.REMOTE:
            return source  # its name on that server
        if not source:
            raise CommandError("Which model? Give its folder, or its name on the hub.")
        if is_hub_name(source):
            self.stdout.write(
                f"There is no folder {source} here, so it is taken as a name on the Hugging Face hub: "
                "the worker downloads it when it is first needed."
            )
            return source
        try:
            check_source(source)
        except ModelUnavailable as error:
            raise CommandError(f"{error} Nothing was added.") from error
        return str(Path(source).expanduser().resolve())

    def _checked_adapter(self, adapter: str) -> str:
        try:
            check_adapter_source(adapter)
        except ModelUnavailable as error:
            raise CommandError(f"{error} Nothing was added.") from error
        return adapter if not adapter or is_hub_name(adapter) else str(Path(adapter).expanduser().resolve())

    def _endpoint(self, options: dict[str, Any]) -> Endpoint | None:
        """The server of a remote model: one that is known already, or a new one, saved together with the model."""
        address, variable = options["base_url"].rstrip("/"), options["api_key_env"]
        if options["backend"] != ModelEntry.Backend.REMOTE:
            if address or variable:
                raise CommandError("--base-url and --api-key-env belong to --backend remote.")
            return None
        if not address:
            raise CommandError("A remote model needs its server: --base-url https://host/v1")
        known = Endpoint.objects.filter(base_url=address, api_key_env=variable).first()
        if known:
            return known
        host = urlsplit(address).netloc.rpartition("@")[2] or address
        taken = Endpoint.objects.filter(name__startswith=host).count()
        return Endpoint(name=f"{host} ({taken + 1})" if taken else host, base_url=address, api_key_env=variable)

    def _base(self, slug: str) -> ModelEntry:
        if not slug:
            raise CommandError("An expert needs a base model: --base SLUG (see `./run models`).")
        base = ModelEntry.objects.filter(slug=slug).first()
        if base is None:
            known = ", ".join(ModelEntry.objects.loadable().values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no model with the short name {slug}. There are: {known}.")
        return base

    def _save(self, entry: ModelEntry) -> None:
        if ModelEntry.objects.filter(slug=entry.slug).exists():
            raise CommandError(
                f"The short name {entry.slug} is taken. Give another with --slug, or change that model in the admin."
            )
        try:
            if entry.endpoint is not None and entry.endpoint.pk is None:
                endpoint = entry.endpoint
                endpoint.full_clean()
                endpoint.save()  # undone if the model is refused
                entry.endpoint = endpoint
            entry.full_clean()
        except ValidationError as error:
            faults = [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
            raise CommandError(f"{'; '.join(faults)} Nothing was added.") from error
        entry.save()
        self.stdout.write(self.style.SUCCESS(f"Added {entry.name} as {entry.slug}."))
        if not entry.is_enabled:
            self.stdout.write("It is not offered yet; switch it on in the admin.")
            return
        self.stdout.write("See it:  ./run models")
        if not entry.is_embedding:
            self.stdout.write(f"Try it:  ./run test_message --model {entry.slug}")
