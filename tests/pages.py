"""Reads a page as a browser would: tags, numbers, sections, text, addresses."""

from html.parser import HTMLParser
from typing import NamedTuple

VOID = {"meta", "link", "br", "img", "hr", "input", "source", "wbr"}
SVG_ALONE = {"path", "use", "rect", "line", "circle", "stop", "image"}


class Number(NamedTuple):
    """A number of the page with what it is said to be, and the text shown for it."""

    value: float
    kpi: str
    scope: str
    text: str


class Page(HTMLParser):
    """A page; raises AssertionError where a tag is closed that was not open, or stays open."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.sections, self.addresses, self.numbers, self.tags = [], [], [], [], []
        self.words, self.rows, self._in_svg, self._number = [], {}, 0, None
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.addresses += [attributes[key] for key in ("src", "href", "xlink:href", "action") if key in attributes]
        if tag == "section":
            self.sections.append(attributes["id"])
            self.rows[attributes["id"]] = []
        if tag == "tr" and self.sections:
            self.rows[self.sections[-1]].append([])
        if tag in {"td", "th"} and self.sections:
            self.rows[self.sections[-1]][-1].append("")
        if tag == "data":
            self._number = [
                float(attributes["value"]),
                attributes.get("data-kpi", ""),
                attributes.get("data-scope", ""),
                "",
            ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.addresses += [attributes[key] for key in ("src", "href", "xlink:href") if key in attributes]

    def handle_endtag(self, tag):
        assert self.open, f"closes {tag}, nothing is open"
        assert self.open[-1] == tag, f"closes {tag} inside {self.open[-3:]}"
        self.open.pop()
        if tag == "data":
            self.numbers.append(Number(*self._number))
            self._number = None

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.words.append(data)
        if self._number is not None:
            self._number[3] += data
        if (
            self.sections
            and ({"td", "th"} & set(self.open))
            and "small" not in self.open
            and self.rows[self.sections[-1]]
        ):
            self.rows[self.sections[-1]][-1][-1] += data.strip()

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def of(self, kpi, scope=""):
        """All numbers of a figure within a scope."""
        return [one.value for one in self.numbers if one.kpi == kpi and one.scope == scope]
