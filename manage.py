#!/usr/bin/env python
"""Run a command of the project: `python manage.py help` lists them."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run the command named on the command line; a wrong environment is one clear line and status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The environment is not complete: {error}")
    except OperationalError as error:
        if os.environ.get("DEBUG"):
            raise
        sys.exit(
            f"The database does not answer ({type(error.__cause__ or error).__name__}): see DATABASE_URL"
        )


if __name__ == "__main__":
    main()
