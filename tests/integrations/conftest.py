"""The contract's modules are no tests themselves, so their assertions are explained only when asked to be."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.integrations.contract")
