"""Help in Chinese: every text of every command is there, lines fit, and nothing heavy is loaded for it."""

import re
import subprocess
import sys

import pytest
from scenario_files import ROOT
from typer.main import get_command

from sim.cli import app, help_texts
from sim.language import speaking, translations
from sim.textwidth import columns, wrapped

CHINESE = re.compile("[一-鿿]")


def commands(command=None, path=()):
    """Words of every command of the tree, the tree itself first."""
    command = command or get_command(app)
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


def test_every_text_of_the_help_has_chinese():
    known = translations("zh")
    assert [text for text in help_texts() if not CHINESE.search(known.get(text, ""))] == []


def test_no_command_is_without_help():
    tree = get_command(app)
    for path in commands():
        command = tree
        for name in path:
            command = command.commands[name]
        assert command.help, path


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_in_chinese_says_nothing_in_english_and_fits(drill, path):
    told = drill(*path, "--lang", "zh", "--help")
    assert (told.code, told.err) == (0, "")
    for line in told.out.splitlines():
        assert columns(line) <= 80, line
        said = line.replace("Internet Topology Zoo", "").removeprefix(f"用法：{' '.join(('drill', *path))}")
        assert not re.search(r"(?:[A-Za-z]{2,}[ ,]+){2}[A-Za-z]{2,}", said), line
    assert "用法：drill" in told.out
    assert "Show this" not in told.out


def test_help_stays_english_where_english_is_asked_for(drill, monkeypatch):
    assert "Show this message and exit." in drill("run", "--help").out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "显示本帮助后退出。" in drill("run", "--help").out
    assert "Show this message and exit." in drill("run", "--help", "--lang=en").out


def test_defaults_and_ranges_are_told_in_chinese(drill):
    told = " ".join(drill("size", "--help", "--lang", "zh").out.split())
    assert "[默认：0.9]" in told
    assert "[必填]" in told
    assert "--probability <数>" in told


def test_chinese_help_loads_nothing_heavy():
    code = (
        "import sys; from sim.cli import main; main(['--lang', 'zh', 'run', '--help'])\n"
        "heavy = {'matplotlib', 'scipy', 'duckdb', 'pandas', 'numpy', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'loads {heavy}' if heavy else 0)"
    )
    made = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert made.returncode == 0, made.stderr


# Lines


def test_lines_end_by_width_and_never_before_a_full_stop():
    with speaking("zh"):
        lines = wrapped("推演一次场景，写出推演结果目录，并打印评分卡。", 12)
    assert lines == ["推演一次场", "景，写出推演", "结果目录，并", "打印评分卡。"]
    assert all(columns(line) <= 12 for line in lines)


def test_words_and_numbers_are_not_broken():
    assert wrapped("加 --html 在浏览器中播放", 10) == ["加 --html", "在浏览器中", "播放"]
    assert wrapped("a-very-long-word-indeed", 5) == ["a-very-long-word-indeed"]
    assert wrapped("", 5) == [""]


def test_a_chinese_character_takes_two_columns():
    assert (columns("abc"), columns("通辽"), columns("通辽 a"), columns("e\u0301")) == (3, 4, 6, 1)
