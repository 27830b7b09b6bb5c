"""One running site for all tests of the API, with models that echo, a user and a key."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.stack import Stack

PASSWORD = "a long sentence is fine"


class Site:
    """A stack with the user ada and her key."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.key = self.new_key()

    def new_key(self, *options: str) -> str:
        made = self.stack.manage("createapikey", "ada", *options)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def client(self, key: str = "", **options: object) -> openai.OpenAI:
        settings = {"max_retries": 0, "timeout": 60, **options}
        return openai.OpenAI(base_url=f"{self.stack.url}/v1", api_key=key or self.key, **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("api")
    environment = {"ADMIN_USERNAME": "ada", "ADMIN_PASSWORD": PASSWORD, "MAX_ACTIVE_GENERATIONS": "256"}
    with Stack(folder, **environment) as stack:
        stack.add_echo_model("quick")
        stack.add_echo_model("slow", "words_per_second=20,words=2000")
        yield Site(stack)


@pytest.fixture
def client(site: Site) -> Iterator[openai.OpenAI]:
    with site.client() as client:
        yield client
