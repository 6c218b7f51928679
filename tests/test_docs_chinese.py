"""A Chinese guide has as many headings, level by level, as the English page it stands for, and each leads to the other."""

import pytest
from test_docs import _BLOCK, DOCS, name

CHINESE_GUIDES = [page for page in sorted((DOCS / "zh" / "guides").glob("*.md")) if page.name != "index.md"]


def levels(text):
    """Levels of the headings of a page, in order."""
    return [len(line.split()[0]) for line in _BLOCK.sub("", text).splitlines() if line.startswith("#")]


@pytest.mark.parametrize("page", CHINESE_GUIDES, ids=name)
def test_a_chinese_guide_has_the_sections_of_its_english_page(page):
    english = DOCS / "guides" / page.name
    told, meant = page.read_text(encoding="utf-8"), english.read_text(encoding="utf-8")
    assert levels(told) == levels(meant)
    assert f"(../../guides/{page.name})" in told
    assert f"(../zh/guides/{page.name})" in meant


@pytest.mark.parametrize("page", CHINESE_GUIDES, ids=name)
def test_the_chinese_index_names_the_guide(page):
    assert f"]({page.name})" in (DOCS / "zh" / "guides" / "index.md").read_text(encoding="utf-8")


def test_a_section_missing_in_one_is_seen():
    assert levels("# 一\n\n## 二\n") != levels("# One\n\n## Two\n\n## Three\n")
