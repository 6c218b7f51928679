"""No message exists only in English: every text that a user can be refused with stands inside `_()`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MESSAGE_AT = {
    "input_error": 0,
    "Problem": 3,
    "ValueError": 0,
    "Refusal": 0,
    "must_be": 0,
    "report": -1,
    "_report": 0,
    "_error": 0,
    "_problem": -1,
    "tell": -1,
    "known": -1,
    "_known": -1,
    "_in_table": -1,
}
"""Call → where its message stands."""
BUGS_OF_CALLERS = {
    "sim/exact.py": "arguments that only a program can give",
    "sim/models/": "a policy or a model that breaks the rules of its callers",
    "sim/topology/luck.py": "arguments that only a program can give",
    "sim/results/parquet.py": "caught, and told as damage",
}
"""Files whose `ValueError` no user meets."""
ENGLISH = re.compile(r"[A-Za-z]{3,}")
CODE = re.compile(r"(?:--[a-z-]+|drill:? ?|[a-z_]+\.[a-z_.]+|[A-Z_]+=[A-Z_]+|utf-8.*|\\n)+")
MARKS = ("_", "marked")


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "id", "") or getattr(function, "attr", "")


def literals(node: ast.AST, scope: ast.AST, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Texts that an expression may come to which are not inside a mark; names are followed to what they are given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part.value if isinstance(part, ast.FormattedValue) else part, scope, seen)
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body, scope, seen), *literals(node.orelse, scope, seen))
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left, scope, seen), *literals(node.right, scope, seen))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value, scope, seen)
    elif isinstance(node, ast.Call) and called(node) in ("lower", "format", "removesuffix", "replace"):
        yield from literals(node.func.value, scope, seen) if isinstance(node.func, ast.Attribute) else ()
    elif isinstance(node, ast.Name) and node.id not in seen:
        for assigned in ast.walk(scope):
            targets = getattr(assigned, "targets", None) or [getattr(assigned, "target", None)]
            value = getattr(assigned, "value", None)
            if isinstance(assigned, ast.Assign | ast.AnnAssign | ast.AugAssign) and value is not None:
                if any(isinstance(one, ast.Name) and one.id == node.id for one in targets):
                    yield from literals(value, scope, seen | {node.id})


def bare(source: str) -> list[tuple[int, str]]:
    """Line and text of every English message that is not marked for translation."""
    tree = ast.parse(source)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    within = {inner: scope for scope in scopes for inner in ast.walk(scope)}
    found = []
    for node in ast.walk(tree):
        at = MESSAGE_AT.get(called(node))
        if at is None or not isinstance(node, ast.Call):
            continue
        named = [keyword.value for keyword in node.keywords if keyword.arg == "message"]
        given = named or (node.args[at : at + 1 or None] if len(node.args) > max(at, 0) or at < 0 else [])
        texts = (text for one in given for text in literals(one, within.get(node, tree)))
        found += [(node.lineno, text) for text in texts if ENGLISH.search(CODE.sub("", text))]
    return found


@pytest.mark.parametrize(
    ("line", "english"),
    [
        ('raise input_error(f"must be {n}", file=path)', True),
        ('raise input_error(_("must be {n}").format(n=n), file=path)', False),
        ('raise ValueError("must be a number" if n else _("must be text"))', True),
        ('def f():\n    message = "is missing"\n    tell(loc, message)', True),
        ('def f():\n    message = _("is missing")\n    message += "; add it"\n    tell(loc, message)', True),
        ('Problem(str(file), 1, "a.path", _("is missing"))', False),
        ('Problem(str(file), 1, "a.path", "is missing")', True),
    ],
)
def test_the_search_tells_english_from_marked(line, english):
    assert bool(bare(line)) is english


def test_every_message_is_marked_for_translation():
    found = []
    for file in sorted((ROOT / "sim").rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        if not name.startswith(tuple(BUGS_OF_CALLERS)):
            found += [f"{name}:{line}: {text!r}" for line, text in bare(file.read_text(encoding="utf-8"))]
    assert found == []


def frozen(tree: ast.Module) -> list[int]:
    """Lines of `_()` that are put into a language when the module is imported, and stay in it."""
    late = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and called(node) == "_":
            found.append(node.lineno)
        below = ast.iter_child_nodes(node)
        if isinstance(node, late):  # its body runs later; its defaults and decorators run now
            below = [*node.args.defaults, *getattr(node, "decorator_list", [])]
        waiting += below
    return found


def test_no_message_is_translated_when_a_module_is_imported():
    assert frozen(ast.parse('A = _("a")\ndef f(b=_("b")):\n    return _("c")')) != []
    assert frozen(ast.parse('def f():\n    return _("c")')) == []
    found = {str(file): frozen(ast.parse(file.read_text(encoding="utf-8"))) for file in (ROOT / "sim").rglob("*.py")}
    assert {file: lines for file, lines in found.items() if lines} == {}
