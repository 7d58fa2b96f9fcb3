"""Writes docs/numbers.md."""

import tests.conftest  # noqa: F401 - one thread, as in the tests; before NumPy is loaded
from tests.numbers.table import FILE, document

FILE.write_text("".join(document()), "utf-8")
print(f"written to {FILE}")
