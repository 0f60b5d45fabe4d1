"""Answers to exercises, right and wrong, for the tests beside them.

A module has RIGHT = {check: {name: answer}} and WRONG = {check: {name: (answer, words)}}: words of
the sentence that names the mistake, "" where the learner hears no more than what differs.
"""


def pytest_generate_tests(metafunc):
    for name in ("right", "wrong"):
        if not {"check", name} <= {*metafunc.fixturenames}:
            continue
        given = [
            (check, *(answer if name == "wrong" else [answer]), f"{check.__name__}-{case}")
            for check, answers in getattr(metafunc.module, name.upper()).items()
            for case, answer in answers.items()
        ]
        names = "check, wrong, words" if name == "wrong" else "check, right"
        metafunc.parametrize(names, [g[:-1] for g in given], ids=[g[-1] for g in given])
