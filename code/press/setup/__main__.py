"""Set up the environment: ``python code/press/setup``.

Any Python from 2.7 on can parse this file, so that a wrong version prints one sentence instead of
a syntax error. The work is done in environment.py.
"""

import os
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "This book needs Python 3.11, 3.12 or 3.13, and this one is "
        + ".".join(str(number) for number in sys.version_info[:2])
        + ": install one of these and run it again, or name it: `make setup PYTHON=python3.12`."
    )

# Python puts the folder of the script first; the packages of `code` are two folders up.
sys.path[0] = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

from press.setup.environment import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
