"""`manage.py test_message`: asks a model through the whole stack, as the site does, and shows the answer grow."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from inference import stream
from inference.engine.types import ChatMessage
from inference.events import Delta, Failed, Status
from inference.models import Generation
from inference.services import ModelState, RequestRefused, offered_models, start_generation, stop_generation


class Command(BaseCommand):
    help = (
        "Sends one message to a model and prints the answer as it comes, then the speed. It goes through queue, worker "
        "and stream. Exit code 1 with one sentence when the model is offline, fails, or says nothing in time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", required=True, metavar="SLUG", help="short name (see `./run models`)")
        parser.add_argument("--message", default="Hello! Who are you?", help="what to ask (default: %(default)s)")
        parser.add_argument("--timeout", type=float, default=120, metavar="S", help="seconds in all (default 120)")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            generation = self._start(self._answering(options["model"]), options["message"])
        self.stderr.write(f"[asked: {options['message']}]", self.style.NOTICE)
        try:
            asyncio.run(self._show(generation, options["timeout"]))
        except TimeoutError:
            stop_generation(Generation.objects.get(pk=generation.pk))
            raise CommandError(f"The answer was not complete after {options['timeout']:g} s; it was stopped.") from None
        except KeyboardInterrupt:
            stop_generation(Generation.objects.get(pk=generation.pk))
            raise CommandError("Stopped.") from None
        self._tell_speed(Generation.objects.get(pk=generation.pk))

    def _answering(self, slug: str) -> ModelState:
        states = {state.entry.slug: state for state in offered_models()}
        if slug not in states:
            raise CommandError(f"No model {slug} is offered. Offered are: {', '.join(states) or 'none yet'}.")
        if states[slug].state == "offline" and not states[slug].is_tried:
            raise CommandError(f"{slug} is offline: {states[slug].reason}")
        return states[slug]

    def _start(self, state: ModelState, text: str) -> Generation:
        if not text.strip():
            raise CommandError("The message is empty.")
        try:
            with transaction.atomic():
                return start_generation(
                    model=state.entry, messages=[ChatMessage("user", text)], params={}, requester="command"
                )
        except RequestRefused as error:
            raise CommandError(str(error)) from error

    async def _show(self, generation: Generation, timeout: float) -> None:
        told = ""
        async with asyncio.timeout(timeout):
            async for _id, event in stream.follow(generation.pk):
                if isinstance(event, Delta):
                    self.stdout.write(event.text, ending="")
                    self.stdout.flush()
                elif isinstance(event, Status) and (news := f"{event.state} {event.detail}".strip()) != told:
                    told = news
                    self.stderr.write(f"[{news}]", self.style.NOTICE)
                elif isinstance(event, Failed):
                    raise CommandError(event.error)

    def _tell_speed(self, generation: Generation) -> None:
        self.stdout.write("")
        facts = [f"{generation.completion_tokens} tokens"]
        if (seconds := generation.seconds_to_first_token) is not None:
            facts.append(f"the first after {seconds:.2f} s")
        if generation.speed:
            facts.append(f"{generation.speed} tokens/s")
        self.stderr.write(f"[{', '.join(facts)}; {generation.finish_reason or generation.status}]", self.style.NOTICE)
