"""The names of Matplotlib that can be used in the page, and those of the book that cannot.

This module imports nothing: the build reads it, too, to decide which figures have a Run button.
"""

INSTEAD = "run this in JupyterLab, which has Matplotlib itself"

LINE = (
    "color linewidth linestyle marker markersize markeredgewidth markerfacecolor alpha label gid"
    " zorder"
)
FILL = "color facecolor edgecolor alpha linewidth linestyle label gid zorder"
TEXT = "color fontsize ha va alpha gid bbox linespacing transform zorder"

METHODS = {
    "plot": f"{LINE} drawstyle",
    "step": f"{LINE} where",
    "axhline": f"{LINE} xmin xmax",
    "axvline": f"{LINE} ymin ymax",
    "hlines": f"{LINE} colors linewidths",
    "vlines": f"{LINE} colors linewidths",
    "errorbar": f"{LINE} fmt capsize",
    "scatter": "color s marker alpha label gid zorder",
    "fill": FILL,
    "fill_between": FILL,
    "axhspan": FILL,
    "axvspan": FILL,
    "stairs": f"{FILL} baseline fill",
    "contour": "colors linewidths linestyles alpha gid zorder",
    "text": TEXT,
    "annotate": f"{TEXT} xytext textcoords arrowprops",
    "legend": (
        "loc ncols title bbox_to_anchor columnspacing handletextpad borderaxespad labelspacing"
    ),
    "set": "",
    "set_title": "loc",
    "set_xlabel": "labelpad",
    "set_ylabel": "labelpad",
    "set_xlim": "left right",
    "set_ylim": "bottom top",
    "set_xticks": "labels",
    "set_yticks": "labels",
    "set_xticklabels": "",
    "set_yticklabels": "",
    "set_xscale": "",
    "set_yscale": "",
    "set_aspect": "",
    "set_frame_on": "",
    "set_axis_off": "",
    "minorticks_off": "",
    "get_xlim": "",
    "get_ylim": "",
    "get_xscale": "",
    "get_yscale": "",
}
"""The methods of axes, each with the arguments that it takes by keyword."""

ALIASES = {
    "c": "color", "lw": "linewidth", "ls": "linestyle", "ms": "markersize",
    "mew": "markeredgewidth", "mfc": "markerfacecolor", "fc": "facecolor", "ec": "edgecolor",
    "ncol": "ncols",
    "horizontalalignment": "ha", "verticalalignment": "va", "size": "fontsize",
}  # fmt: skip

ABSENT = {
    "add_patch": "patches are drawn when the book is built",
    "grid": "the grid is always drawn",
}
"""Methods of axes that chapters use, and the page lacks, with the reason."""


class NotInPage(RuntimeError):
    """What Matplotlib has and the page lacks."""


def refusal(what):
    """Return the error for what only Matplotlib has."""
    return NotInPage(f"{what} is not in the page's figures: {INSTEAD}")


def style(method, given, **defaults):
    """Return the arguments of a method by their full names, over the defaults.

    Raises NotInPage for an argument that the method does not take here.
    """
    known, found = METHODS[method].split(), dict(defaults)
    for name, value in given.items():
        name = ALIASES.get(name, name)
        if name not in known:
            raise refusal(f"the argument {name!r} of {method}")
        if value is not None:
            found[name] = value
    return found
