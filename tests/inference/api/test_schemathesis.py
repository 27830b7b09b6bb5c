"""Our own OpenAPI document, taken at its word: thousands of odd requests, none of which may break anything."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.inference.api.conftest import Site

pytestmark = pytest.mark.stack

SECONDS = 50.0  # for all addresses together; what does not fit into them is not tried
SHARES = {
    **{"/v1/models": 0.02, "/v1/models/{model}": 0.08, "/v1/chat/completions": 0.45},
    **{"/v1/completions": 0.25, "/v1/embeddings": 0.2},
}
MOST_EXAMPLES = 300
HELD = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def operations(site: Site) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"{site.stack.url}/v1/openapi.json")
    return [result.ok() for result in schema.get_all_operations()]


def test_the_document_describes_every_address(site: Site) -> None:
    found = {(operation.method.upper(), operation.path) for operation in operations(site)}
    assert found == {
        *[("GET", "/v1/models"), ("GET", "/v1/models/{model}")],
        *[("POST", f"/v1/{name}") for name in ("chat/completions", "completions", "embeddings")],
    }


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "x"}]}),
        ("/v1/completions", {"prompt": ["x", "y"]}),
    ],
)
def test_a_streamed_answer_is_what_the_document_says(site: Site, path: str, asked: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {site.new_key('--name', f'streamed {path}')}"}
    operation = next(operation for operation in operations(site) if operation.path == path)
    case = operation.Case(body={**asked, "model": "quick", "stream": True}, media_type="application/json")
    response = case.call(headers=headers, timeout=30)
    assert response.headers["content-type"] == ["text/event-stream"] and response.content.endswith(b"data: [DONE]\n\n")
    case.validate_response(response, checks=HELD, headers=headers)


class TimeIsOver(Exception):
    """Nothing was found."""


class Explorer:
    """Asks one address what its document allows, or forbids, until its time is over."""

    def __init__(self, operation: Any, mode: GenerationMode, key: str, seconds: float) -> None:
        self.operation, self.mode, self.seconds = operation, mode, seconds
        self.headers = {"Authorization": f"Bearer {key}"}
        self.tried = 0
        self.statuses: set[int] = set()

    def explore(self) -> None:
        until = time.monotonic() + self.seconds

        @settings(
            max_examples=MOST_EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self.operation.as_strategy(generation_mode=self.mode))
        def look(case: Any) -> None:
            if self.tried and time.monotonic() > until:
                raise TimeIsOver  # to return would let Hypothesis go on making requests for nobody
            self._ask(case)

        with suppress(TimeIsOver):
            look()

    def _ask(self, case: Any) -> None:
        self.tried += 1
        if isinstance(case.body, dict):  # left as they are, nearly all would end at the model's name or a message
            if self.tried % 4:
                case.body["model"] = "quick"
            if self.tried % 3 and "messages" in case.body:
                case.body["messages"] = [{"role": "user", "content": "x"}]
        response = case.call(headers=self.headers, timeout=30)
        self.statuses.add(response.status_code)
        case.validate_response(response, checks=HELD, headers=self.headers)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_no_request_breaks_it(site: Site, mode: GenerationMode) -> None:
    key = site.new_key("--name", f"schemathesis {mode.name}")
    can_be_wrong = [operation for operation in operations(site) if mode.is_positive or operation.method != "get"]
    explorers = [Explorer(operation, mode, key, SECONDS / 2 * SHARES[operation.path]) for operation in can_be_wrong]
    for explorer in explorers:
        explorer.explore()
        print(f"{explorer.operation.method} {explorer.operation.path}: {explorer.tried}, {sorted(explorer.statuses)}")
    assert all(explorer.tried for explorer in explorers)
    statuses = set().union(*(explorer.statuses for explorer in explorers if explorer.operation.method == "post"))
    assert 400 in statuses and (200 in statuses or mode.is_negative)
