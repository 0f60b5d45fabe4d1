"""`python -m press`: the commands are in commands/cli.py."""

import sys

from .commands.cli import main

sys.exit(main())
