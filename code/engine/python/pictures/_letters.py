"""How wide and how high text is, by the metrics of DejaVu Sans, as in the book's figures.

The page shows its own font, which is a little narrower.
"""

__all__ = ["ASCENT", "DESCENT", "Block", "width"]

ASCENT, DESCENT = 0.76, 0.236
"""Above and below the baseline, in units of the size."""

_ASCII = """
318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636
636 337 337 838 838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787
695 635 611 732 684 989 685 611 685 390 337 390 838 500 500 613 635 550 635 615 352 635 634 278 278
579 278 974 634 612 635 635 411 521 392 634 592 818 592 592 525 636 337 636 838
"""
_WIDTHS = {chr(32 + i): int(width) / 1000 for i, width in enumerate(_ASCII.split())}
_WIDTHS |= dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂", 0.401) | dict.fromkeys("−×→←↓↑±≤≥≈∞", 0.838)


def width(text, size):
    """Return the width of the longest line."""
    return size * max(sum(_WIDTHS.get(c, 0.62) for c in line) for line in text.split("\n"))


class Block:
    """Lines of text around a place: where each begins, and the box of all."""

    def __init__(self, text, size, ha="left", va="baseline", spacing=1.2):
        self.lines = text.split("\n")
        count = len(self.lines)
        lead = (spacing - 1) / 2 if count > 1 else 0.0
        first = lead + ASCENT  # from the top to the first baseline
        last = first + spacing * (count - 1)
        self.height = size * (last + DESCENT)
        self.width = width(text, size)
        top = {
            "top": 0.0,
            "bottom": -self.height,
            "center": -self.height / 2,
            "baseline": -size * last,
            "center_baseline": -size * (first - ASCENT / 2) - size * spacing * (count - 1) / 2,
        }[va]
        self.left = {"left": 0.0, "center": -self.width / 2, "right": -self.width}[ha]
        self.top = top
        self.baselines = [top + size * (first + spacing * i) for i in range(count)]

    def box(self, x, y):
        """Return left, top, right and bottom, of the text at a place."""
        left, top = x + self.left, y + self.top
        return left, top, left + self.width, top + self.height
