"""Nested fields of a form: what is written in brackets is what PHP reads."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from integrations.sandbox.locaboo import forms
from integrations.vendors.locaboo import brackets

names = st.text("abc_0123456789", min_size=1, max_size=5)
leaves = st.text("äb c&=+%", min_size=1, max_size=5)
trees = st.recursive(
    leaves, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3) | st.lists(leaves, min_size=1)
)


@given(st.dictionaries(names, trees, min_size=1, max_size=3))
def test_b_c21_what_is_encoded_is_what_php_reads(tree: dict[str, Any]) -> None:
    def as_php(value: Any) -> Any:
        if isinstance(value, list):
            return {str(number): each for number, each in enumerate(value)}
        return {key: as_php(each) for key, each in value.items()} if isinstance(value, dict) else value

    assert forms.nested(MultiDict(brackets.encode(tree))) == as_php(tree)
