"""`manage.py evaluate`: question sets and runs in a terminal."""

from __future__ import annotations

import time
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.utils import translation
from redis import RedisError

from arena.evaluation import exporting, question_sets, services
from arena.evaluation.driving import push
from arena.evaluation.estimates import Estimate, estimate
from arena.evaluation.models import QuestionSet, Run
from arena.evaluation.modes import Mode
from arena.evaluation.progress import progress
from arena.evaluation.refusals import EvaluationRefused
from arena.evaluation.summary import footnotes, summary
from arena.formats.rows import FileRefused
from inference.models import ModelEntry

HELP = """Asks models the questions of a set, has the answers judged, and shows the results.

actions:
  list                         question sets and runs
  import FILE --set SLUG       FastChat's question.jsonl, or a table (CSV); --references: its reference answers
  estimate | run --set SLUG --models a,b [--mode single --judges j] [--baseline b]
                               run goes on in the workers, too; Ctrl-C only stops watching
  resume [RUN]                 goes on with a cancelled run, and watches; --retry asks again what has failed
  cancel RUN
  results RUN                  the table
  export RUN|SLUG --to PATH    a run as a folder or .zip of FastChat's files; a set as .jsonl or .csv

examples:
  ./run evaluate import question.jsonl --set mt-bench --name "MT-bench"
  ./run evaluate run --set mt-bench --models demo-large,demo-small --mode single --judges gpt
  ./run evaluate results 3
"""
LOOK_SECONDS = 0.2
TELL_SECONDS = 5.0
MODES = {mode.value.replace("_", "-"): mode.value for mode in Mode}


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=list(self._actions()), help="what to do, see above")
        parser.add_argument("what", nargs="?", default="", help="a file, a run's number, or a set's short name")
        parser.add_argument("--set", default="", metavar="SLUG", help="question set; import makes it if it is new")
        parser.add_argument("--name", default="", help="of a new set or of the run")
        parser.add_argument("--references", action="store_true", help="the file holds reference answers")
        parser.add_argument("--models", default="", help="comma-separated short names")
        parser.add_argument("--mode", choices=list(MODES), default="checkers", help="default: checkers")
        parser.add_argument("--judges", default="", help="comma-separated short names; several are a panel")
        parser.add_argument("--baseline", default="", metavar="SLUG", help="for pairwise-baseline")
        parser.add_argument("--temperature", type=float, help="default: by category")
        parser.add_argument("--max-tokens", type=int, help="of an answer; default: the model's own, else 1024")
        parser.add_argument("--at-once", type=int, default=32, help="answers of a model under way (default 32)")
        parser.add_argument("--no-wait", action="store_true", help="leave the run to the workers")
        parser.add_argument("--retry", action="store_true", help="with resume: failed and unreadable ones again")
        parser.add_argument("--to", type=Path, metavar="PATH", help="where to export")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            try:
                self._actions()[options["action"]](options)
            except EvaluationRefused as refused:
                raise CommandError(str(refused)) from refused
            except FileRefused as refused:
                raise CommandError("\n".join([*refused.problems, "Nothing was imported."])) from refused

    def _actions(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "list": self._list,
            "import": self._import,
            "estimate": self._estimate,
            "run": self._run,
            "resume": self._resume,
            "cancel": self._cancel,
            "results": self._results,
            "export": self._export,
        }

    # --- actions ----------------------------------------------------------------------------------------------------

    def _list(self, options: dict[str, Any]) -> None:
        sets = list(QuestionSet.objects.latest_versions())
        for question_set in sets:
            count = question_set.questions.count()
            self.stdout.write(f"{question_set.slug}  v{question_set.version}  {count} questions  {question_set.label}")
        if not sets:
            self.stdout.write("No question set yet; `evaluate import FILE --set SLUG` makes one.")
        for run in Run.objects.select_related("question_set")[:20]:
            models = ", ".join(one.entry.slug for one in run.candidates.select_related("entry"))
            self.stdout.write(f"#{run.pk}  {run.state}  {run.question_set}  {run.mode}  {models}")

    def _import(self, options: dict[str, Any]) -> None:
        path = Path(options["what"] or "-")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"The file {path} cannot be read: {error.strerror or error}.") from error
        into = QuestionSet.objects.filter(slug=options["set"]).order_by("-version").first()
        is_new = into is None
        if into is None:
            into = question_sets.create_set(name=options["name"] or options["set"] or path.stem, slug=options["set"])
        take = question_sets.import_references if options["references"] else question_sets.import_questions
        try:
            found = take(content, into=into)
        except (EvaluationRefused, FileRefused):
            if is_new:
                into.delete()
            raise
        self.stdout.write(f"{found.question_set}: {found.added} questions added, {found.changed} changed.")

    def _estimate(self, options: dict[str, Any]) -> None:
        self._tell_estimate(
            estimate(
                question_set=self._set(options["set"]),
                entries=self._entries(options["models"]),
                mode=MODES[options["mode"]],
                judges=self._entries(options["judges"]),
                baseline=self._entry(options["baseline"]) if options["baseline"] else None,
                max_tokens=options["max_tokens"],
            )
        )

    def _run(self, options: dict[str, Any]) -> None:
        run = services.create_run(
            question_set=self._set(options["set"]),
            entries=self._entries(options["models"]),
            mode=MODES[options["mode"]],
            judges=self._entries(options["judges"]),
            baseline=self._entry(options["baseline"]) if options["baseline"] else None,
            temperature=options["temperature"],
            max_tokens=options["max_tokens"],
            at_once=options["at_once"],
            name=options["name"],
        )
        self.stdout.write(f"Run #{run.pk} of {run.question_set}.")
        if not options["no_wait"]:
            self._watch(run)

    def _resume(self, options: dict[str, Any]) -> None:
        run = self._found_run(options["what"]) if options["what"] else Run.objects.active().order_by("-pk").first()
        if run is None:
            raise CommandError("No run is under way; say which one, for example `evaluate resume 3`.")
        services.resume_run(run)
        if options["retry"]:
            self.stdout.write(f"{services.retry_failed(run, unparsable=True)} are asked again.")
        if not options["no_wait"]:
            self._watch(run)

    def _cancel(self, options: dict[str, Any]) -> None:
        run = self._found_run(options["what"])
        if not services.cancel_run(run):
            raise CommandError(f"Run #{run.pk} has ended already.")
        self.stdout.write(f"Run #{run.pk} was cancelled; `evaluate resume {run.pk}` goes on with it.")

    def _results(self, options: dict[str, Any]) -> None:
        self._show_results(self._found_run(options["what"]))

    def _export(self, options: dict[str, Any]) -> None:
        path: Path | None = options["to"]
        if path is None:
            raise CommandError("Say where to, for example --to results.zip.")
        try:
            if options["what"].lstrip("#").isdigit():
                exporting.write_files(self._found_run(options["what"]), path)
            else:
                format = "csv" if path.suffix == ".csv" else "jsonl"
                text = question_sets.export_questions(self._set(options["what"] or options["set"]), format)
                path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(f"Written: {path}")

    # --- steps ------------------------------------------------------------------------------------------------------

    def _watch(self, run: Run) -> None:
        """Pushes the run on beside the workers, and tells how far it is, until it ends."""
        told_at = 0.0
        try:
            while run.is_active:
                if time.monotonic() - told_at >= TELL_SECONDS:
                    told_at = time.monotonic()
                    self._tell_progress(run)
                try:
                    push(run)
                    run.refresh_from_db()
                except (DatabaseError, RedisError, OSError) as error:
                    self.stderr.write(f"[waiting: {error}]")
                    connection.close()
                    time.sleep(TELL_SECONDS)
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            raise CommandError(f"The workers go on with run #{run.pk}; `evaluate cancel {run.pk}` ends it.") from None
        self._tell_progress(run)
        self._show_results(run)

    def _tell_progress(self, run: Run) -> None:
        now = progress(run)
        facts = [f"{now.answers.done}/{now.answers.total} answers"]
        if now.judgments.total:
            facts.append(f"{now.judgments.done}/{now.judgments.total} judgments")
        if unreadable := now.judgments.unparsable:
            facts.append(f"{unreadable} unreadable")
        if failed := now.answers.failed + now.judgments.failed:
            facts.append(f"{failed} failed")
        if now.tokens_per_second:
            facts.append(f"{now.tokens_per_second:.0f} tokens/s")
        if now.seconds_left:
            facts.append(f"about {now.seconds_left:.0f} s left")
        if run.problem:
            facts.append(run.problem)
        self.stderr.write(f"[{', '.join(facts)}]")

    def _tell_estimate(self, found: Estimate) -> None:
        for line in found.lines:
            seconds = "unknown time" if line.seconds is None else f"about {line.seconds:.0f} s"
            cost = "" if line.cost is None else f", cost {line.cost:.2f}"
            guess = " (a guess: it has never answered)" if line.is_guess else ""
            tokens = line.prompt_tokens + line.completion_tokens
            self.stdout.write(
                f"{line.entry.slug}: {line.requests} {line.role}, {tokens} tokens, {seconds}{cost}{guess}"
            )

    def _show_results(self, run: Run) -> None:
        table = summary(run)
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
        for row in table:
            numbers = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            self.stdout.write("  ".join([row[0].ljust(widths[0]), *numbers]).rstrip())
        for sentence in footnotes(run):
            self.stdout.write(sentence)

    def _set(self, slug: str) -> QuestionSet:
        found = QuestionSet.objects.filter(slug=slug).order_by("-version").first()
        if found is None:
            known = ", ".join(QuestionSet.objects.latest_versions().values_list("slug", flat=True))
            raise CommandError(f"There is no question set {slug or '(give --set)'}. There are: {known or 'none yet'}.")
        return found

    def _entries(self, slugs: str) -> list[ModelEntry]:
        return [self._entry(slug.strip()) for slug in slugs.split(",") if slug.strip()]

    def _entry(self, slug: str) -> ModelEntry:
        found = ModelEntry.objects.offered().filter(slug=slug).first()
        if found is None:
            offered = ", ".join(ModelEntry.objects.offered().values_list("slug", flat=True))
            raise CommandError(f"No model {slug} is offered. Offered are: {offered or 'none yet'}.")
        return found

    def _found_run(self, number: str) -> Run:
        digits = number.lstrip("#")
        run = Run.objects.filter(pk=int(digits)).first() if digits.isdigit() else None
        if run is None:
            raise CommandError(f"There is no run {number or '(say its number)'}; `evaluate list` shows them.")
        return run
