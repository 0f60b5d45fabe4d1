"""Differentiable programming with PyTorch: the library of the book.

A chapter imports modules from the folders, as in `from diffprog.simulator
import ball`. Neither this file nor those of the folders imports a module,
so that an edit executes only the chapters that use the edited module.
`figures` is the exception: every chapter needs all of it, so chapters
import the folder itself.

Conventions. A module explains its symbols, shapes and units at its top.
Arguments of another type or shape raise ValueError: "Raises:" in a
docstring names other reasons only. Results have the dtype and the device of
the arguments. `seed` is a whole number, or a torch.Generator, which moves
on.
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
"""Modules of the first edition, and where they are now."""


def explain_old_names(folder: str) -> None:
    """Let a folder with the name of a moved module say where that is."""
    old = folder.rpartition(".")[2]

    def missing(name: str) -> NoReturn:
        raise AttributeError(
            f"{folder} has no {name!r}; the module {_moved(old)}"
        )

    # `def __getattr__` in the folder would make mypy accept any name there.
    vars(sys.modules[folder])["__getattr__"] = missing


def _moved(old: str) -> str:
    new = MOVED[old]
    folder, _, name = new.rpartition(".")
    instead = f"from diffprog.{folder} import {name}"
    return f"diffprog.{old} is now diffprog.{new}: write `{instead}`"


class _Moved:
    """Explain imports of moved modules, in notebooks of the first edition.

    Python asks the last finder only for modules that no other has found.
    """

    @staticmethod
    def find_spec(name: str, *_hints: object) -> None:
        """Raise ImportError for a moved module, or a name in it."""
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
