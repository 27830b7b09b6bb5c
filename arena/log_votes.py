"""Votes of FastChat's logs, in one import scope for all logs of an installation, each vote once."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Max
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from arena.formats.fastchat_log import LogLine
from arena.formats.rows import VoteRow
from arena.importing import add_rows, open_source
from arena.integrity import Reason
from arena.leaks import asks_for_identity, names_somebody, telling_names
from arena.models import ImportedVote, VoteImport
from inference.models import ModelEntry

FORMAT = "fastchat-log"


class LoggedVotes:
    """Stores the votes of lines. `added`, `known` (from an earlier run) and `left_out` (by the reason) count them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.added = self.known = 0
        self.left_out: Counter[str] = Counter()
        self._sha = hashlib.sha256(f"{FORMAT}:{name}".encode()).hexdigest()
        self._keys: set[str] = set()
        self._last_line = 0

    def store(self, lines: Iterable[LogLine]) -> None:
        """Within a transaction."""
        names = telling_names(ModelEntry.objects.all())
        rated = []
        for line in lines:
            if reason := reason_against(line, names):
                self.left_out[reason] += 1
            else:
                rated.append(line)
        if not rated:
            return
        source = self._source()
        self._read_keys(source)
        rows = []
        for line in rated:
            if line.key in self._keys:
                self.known += 1
                continue
            self._keys.add(line.key)
            self._last_line += 1
            rows.append(_row(line, self._last_line))
        add_rows(source, rows)
        self.added += len(rows)

    @property
    def source(self) -> VoteImport | None:
        return VoteImport.objects.filter(sha256=self._sha).first()

    def _source(self) -> VoteImport:
        """Held until the transaction ends, so that of two readers of a log one waits for the other."""
        open_source(self._sha, self.name, FORMAT)
        return VoteImport.objects.select_for_update().get(sha256=self._sha)

    def _read_keys(self, source: VoteImport) -> None:
        votes = ImportedVote.objects.filter(source=source)
        last = votes.aggregate(last=Max("line"))["last"] or 0
        if last != self._last_line:
            self._keys = set(votes.annotate(key=KT("data__key")).values_list("key", flat=True))
            self._last_line = last


def reason_against(line: LogLine, names: list[str]) -> str:
    """Why a logged vote is not rated, by the rules that hold for this site's own; empty if it is."""
    left, right = line.talks
    if not line.is_blind:
        return _("the models' names were seen")
    if left.model == right.model:
        return _("both sides were the same model")
    if not (left.is_whole and right.is_whole):
        return _("an answer was an error or was not finished")
    exchanges = [*left.exchanges, *right.exchanges]
    if any(asks_for_identity(exchange.question) for exchange in exchanges):
        return str(Reason.IDENTITY.label)
    if any(names_somebody(exchange.answer, names) for exchange in exchanges):
        return str(Reason.LEAK.label)
    return ""


def _row(line: LogLine, number: int) -> VoteRow:
    left, right = line.talks
    person = hmac.new(settings.SECRET_KEY.encode(), f"address:{line.address}".encode(), hashlib.sha256).hexdigest()
    data = {
        "key": line.key,
        "time": line.at.isoformat(),
        "conversations": [left.key, right.key],
        "turns": len(left.exchanges),
    }
    return VoteRow(number, left.model, right.model, line.verdict, voter=person[:16] if line.address else "", data=data)
