"""The last station of model output: only these elements and attributes reach the page."""

from __future__ import annotations

import nh3

TEXT = {
    *("p", "br", "hr", "h3", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("a", "div", "span", "table", "thead", "tbody", "tr", "th", "td"),
}
MATH = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "menclose"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mtable", "mtr", "mtd", "mpadded", "mphantom", "merror"),
}
MATH_ATTRIBUTES = {
    *("mathvariant", "stretchy", "fence", "form", "accent", "accentunder", "lspace", "rspace", "minsize"),
    *("maxsize", "linethickness", "displaystyle", "scriptlevel", "columnalign", "rowspacing", "columnspacing"),
    *("width", "height", "depth", "symmetric", "largeop", "movablelimits", "separator", "notation"),
}

_cleaner = nh3.Cleaner(
    tags=TEXT | MATH,
    attributes={
        "a": {"href"},
        "ol": {"start"},
        "div": {"class", "tabindex"},
        "pre": {"tabindex"},
        "span": {"class"},
        "h3": {"class"},
        "th": {"class"},
        "td": {"class"},
        "math": {"display"},
        **{tag: MATH_ATTRIBUTES for tag in MATH - {"math"}},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def sanitise(html: str) -> str:
    return _cleaner.clean(html)
