"""`python -m press`: the commands are in cli.py."""

import sys

from .cli import main

sys.exit(main())
