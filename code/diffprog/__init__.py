"""Differentiable programming with PyTorch:
the library that the chapters of the book run.

Its folders carry the words of the book. A chapter imports modules from
them, as in `from diffprog.simulator import ball`. Neither this file nor
those of the folders imports any of them: an edit in one module executes the
chapters that use it, and no others.

`figures` is the exception. Every chapter needs all of it, so its folder is
what is imported.
"""

import sys
from typing import NoReturn

MOVED = {
    "simulator": "simulator.ball",
    "pitching": "simulator.pitching",
    "toys": "simulator.masses",
    "graph": "autodiff.graph",
    "gradient_checks": "autodiff.gradient_checks",
    "operations": "autodiff.operations",
    "curvature": "autodiff.curvature",
    "loops": "loops.descent",
    "gauss_newton": "loops.gauss_newton",
    "history": "loops.history",
    "training": "loops.training",
    "ensembles": "loops.ensembles",
    "relaxations": "relaxations.cuts",
    "scan": "relaxations.scan",
    "significance": "relaxations.significance",
    "cut_fit": "relaxations.cut_fit",
    "smoothing": "relaxations.smoothing",
    "estimators": "relaxations.estimators",
    "global_search": "relaxations.global_search",
    "pipelines": "pipelines.pipeline",
    "pitching_fits": "pipelines.pitching_networks",
    "identifiability": "pipelines.identifiability",
    "learned_cut": "pipelines.learned_cut",
    "uncertainty": "inference.uncertainty",
    "profile": "inference.profiles",
}
"""Modules that stood beside this file in
the first edition, and where they are now."""


def explain_old_names(folder: str) -> None:
    """Let a folder that has the name of a moved
    module say where the names of that module are."""
    old = folder.rpartition(".")[2]

    def missing(name: str) -> NoReturn:
        raise AttributeError(
            f"{folder} has no {name!r}; the module {_moved(old)}"
        )

    # Written `def __getattr__` in the folder, it would make mypy accept any
    # name there.
    vars(sys.modules[folder])["__getattr__"] = missing


def _moved(old: str) -> str:
    new = MOVED[old]
    folder, _, name = new.rpartition(".")
    instead = f"from diffprog.{folder} import {name}"
    return f"diffprog.{old} is now diffprog.{new}: write `{instead}`"


class _Moved:
    """Python asks this last of all,
    and only for what nobody else has found.

    Notebooks of the first edition import modules by their old names. They
    get one sentence.
    """

    @staticmethod
    def find_spec(name: str, *_hints: object) -> None:
        """Raise ImportError for a moved module,
        or for what was in it; find nothing else."""
        package, _, rest = name.partition(".")
        old, _, inside = rest.partition(".")
        if package == __name__ and old in MOVED:
            said = _moved(old)
            if inside:
                said = (
                    f"diffprog.{old} has no {inside!r}; the module {said}"
                )
            raise ImportError(said)


sys.meta_path.append(_Moved())
