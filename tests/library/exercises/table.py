"""Print how many wrong answers each check catches, and how many it calls by their name.

Run `python -m tests.library.exercises.table`; with -v it prints each wrong answer and its verdict.
"""

import contextlib
import importlib
import io
import sys
from pathlib import Path


def main(verbose):
    rows, total = [], [0, 0, 0, 0]
    for path in sorted(Path(__file__).parent.glob("test_check_*.py")):
        module = importlib.import_module(f".{path.stem}", __package__)
        for check, answers in module.WRONG.items():
            right = sum(_verdict(check, answer).passed for answer in module.RIGHT[check].values())
            caught = named = 0
            for name, (answer, words) in answers.items():
                verdict = _verdict(check, answer)
                caught += not verdict.passed
                told = any(word and word in verdict.message for word in words.split("|"))
                named += told and not verdict.passed
                if verbose:
                    sign = "" if told else " (not by name)"
                    print(f"{check.__name__}, {name}{sign}: {verdict.message}")
            numbers = [len(answers), caught, named, right]
            total = [a + b for a, b in zip(total, numbers, strict=True)]
            rows.append([check.__name__, *numbers])
    print("| check | wrong answers | caught | by their true name | right answers that pass |")
    print("|---|---|---|---|---|")
    for row in [*rows, ["all", *total]]:
        print("|", " | ".join(map(str, row)), "|")


def _verdict(check, answer):
    with contextlib.redirect_stdout(io.StringIO()):
        return check(answer)


if __name__ == "__main__":
    main("-v" in sys.argv)
