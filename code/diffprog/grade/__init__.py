"""Grade notebooks: ``python -m diffprog.grade *.ipynb``.

Each submission runs in processes of its own (`inside`), without network where
the system allows it (`sandbox`). The grader (`grading`) keeps the inputs, the
reference answers and the verdict; it calls the learner's functions over a
pipe (`remote`), and gets plain numbers back (`plain`).
"""
