"""`./run help`: our commands, a line each; Django's own are many and seldom needed."""

from __future__ import annotations

import re

from django.apps import apps
from django.core.management import get_commands, load_command_class

OWN = ("fastchat_site", "arena", "chat", "inference")
BY_RUN_ITSELF = {"test": "Runs the whole test suite, from nothing; what follows goes to pytest."}


def print_commands() -> None:
    import django

    django.setup()
    lines = own_commands() | BY_RUN_ITSELF
    width = max(map(len, lines))
    print("./run starts the site (as ./run up does); ./run COMMAND --help explains a command.\n")
    for name, help in sorted(lines.items()):
        print(f"  {name:<{width}}  {help}")
    print(
        "\nOf Django's own, useful here: createsuperuser (one more administrator), changepassword NAME, sendtestemail "
        "ADDRESS.\nAll of them: ./run help --commands"
    )


def own_commands() -> dict[str, str]:
    """Name and the first sentence of its help."""
    ours = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] in OWN}
    found = {name: app for name, app in get_commands().items() if app in ours}
    return {name: first_sentence(load_command_class(app, name).help) for name, app in found.items()}


def first_sentence(help: str) -> str:
    return re.split(r"(?<=[.!?])\s", " ".join(help.split()))[0]
