"""The two tests of every check: conftest.py gives them the answers of the module that imports them.

In the words for a wrong answer, `|` stands between sentences of which the verdict has one.
"""


def test_right_answers_pass(check, right):
    verdict = check(right)
    assert verdict, verdict.message


def test_wrong_answers_are_told_why(check, wrong, words):
    verdict = check(wrong)
    assert not verdict
    assert any(sentence in verdict.message for sentence in words.split("|")), verdict.message


def linalg_of_scipy():
    """Import it late: the page's engine runs these tests too, and has no SciPy."""
    import scipy.linalg

    return scipy.linalg
