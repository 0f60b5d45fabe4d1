"""Links in coloured code: around whole colours, or within one, and the text stays as it is."""

import re
from html import unescape

import pytest

from press.library.links import linked
from press.library.references import Reference

HTML = (
    '<div class="highlight"><pre><span></span><span class="kn">import</span> '
    '<span class="nn">torch.nn</span>\n'
    '<span class="n">y</span> = <span class="n">torch</span><span class="o">.</span>'
    '<span class="n">cos</span>(x) &lt; <span class="s">&quot;é&quot;</span>\n</pre></div>'
)
SOURCE = 'import torch.nn\ny = torch.cos(x) < "é"\n'


def text(html: str) -> str:
    return unescape(re.sub("<[^>]+>", "", html))


@pytest.mark.parametrize(
    ("line", "begin", "end", "shown"),
    [
        (2, 4, 13, "torch.cos"),
        (1, 7, 15, "torch.nn"),
        (1, 7, 12, "torch"),
        (2, 19, 22, '"é"'),
        (2, 17, 18, "<"),
    ],
)
def test_a_link_has_the_text_of_its_reference(line, begin, end, shown):
    made = linked(HTML, SOURCE, [(Reference(line, begin, end, "any"), "a?b&c")])
    (inside,) = re.findall(r'<a href="a\?b&amp;c" tabindex="-1">(.*?)</a>', made, re.DOTALL)
    assert text(inside) == shown
    assert text(made) == text(HTML) == SOURCE


def test_a_reference_that_would_cross_a_colour_is_no_link():
    assert linked(HTML, SOURCE, [(Reference(2, 5, 11, "any"), "a")]) == HTML


def test_a_name_without_a_page_is_no_link():
    assert linked(HTML, SOURCE, [(Reference(2, 4, 13, "any"), "")]) == HTML
