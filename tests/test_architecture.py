"""The layers and the house rules hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations import registry

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    path
    for folder in ("integrations", "backoffice")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


def test_the_import_contracts_hold():
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_vendor_is_named_outside_the_registry():
    slugs = "|".join(registry.VENDORS)
    for path in (path for path in SOURCES if path.is_relative_to(ROOT / "backoffice")):
        if path.name in ("demo.py",):
            continue  # the demo plays the vendors' side: it is about the sandbox
        for word in _words(path):
            assert not re.fullmatch(slugs, word), f"{path.relative_to(ROOT)} names {word}"


def _words(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.Name):
            yield node.id


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300


def test_no_function_is_longer_than_50_lines():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= 50, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines"


def test_the_flow_does_not_ask_the_clock():
    for path in SOURCES:
        if "flow" in path.parts:
            assert "backoffice.clock" not in path.read_text(), path


def test_states_are_moved_in_one_place_only():
    """`state=` is written by states.py alone; creating a row with its first state is no move."""
    for path in (path for path in SOURCES if path.is_relative_to(ROOT / "backoffice")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
            ):
                named = {keyword.arg for keyword in node.keywords}
                assert "state" not in named or path.name == "states.py", f"{path}:{node.lineno}"


def test_no_signals_are_used():
    for path in SOURCES:
        assert "django.dispatch" not in path.read_text(), path
        assert "models.signals" not in path.read_text(), path
