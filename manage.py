#!/usr/bin/env python
"""Django's door: `./run COMMAND` and `manage.py COMMAND` both end here."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fastchat_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import ManagementUtility
    from django.db import OperationalError, ProgrammingError

    utility = ManagementUtility(["./run", *sys.argv[1:]])
    utility.prog_name = "./run"  # what a mistyped command is told to type
    try:
        if sys.argv[1:] in (["help"], ["--help"], ["-h"]):
            from fastchat_site.command_help import print_commands

            print_commands()
        else:
            utility.execute()
    except ImproperlyConfigured as error:
        sys.exit(f"The site is not configured rightly. {error}")
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database cannot be used: {error}".strip() + "\n./run sets it up when it starts the site.")


if __name__ == "__main__":
    main()
