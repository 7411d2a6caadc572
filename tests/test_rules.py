"""Every rule of the vendors' fact pages has a test that is named after it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RULES = {  # what a rule's number begins with in a test's name, and how many there are
    "l_c": 27,  # Lockt: client, sandbox
    "l_s": 16,
    "c_c": 24,  # Codelocks
    "c_s": 13,
    "b_c": 25,  # Locaboo
    "b_s": 14,
    "2_no_": 6,  # Lock.me: receiver, sandbox (sections 2 and 7)
    "7_no_": 12,
}
NAMES = {
    found
    for path in HERE.rglob("test_*.py")
    for found in re.findall(r"^ *def test_((?:[lcb]_[cs]|[27]_no_)\d+)_", path.read_text(), re.M)
}


@pytest.mark.parametrize("kind", RULES)
def test_each_rule_has_a_test_of_its_name(kind):
    assert [f"{kind}{n}" for n in range(1, RULES[kind] + 1) if f"{kind}{n}" not in NAMES] == []


def test_no_test_is_named_after_a_rule_that_there_is_not():
    assert {f"{kind}{n}" for kind, most in RULES.items() for n in range(1, most + 1)} >= NAMES
