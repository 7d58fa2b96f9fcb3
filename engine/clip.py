"""np.clip's own ufunc: a third of the cost of np.maximum, which no longer takes its output by position."""

from __future__ import annotations

import numpy as np

from engine.tensor import Array

try:
    from numpy._core.umath import clip as clip  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - a NumPy that hides it

    def clip(x: Array, low: Array, high: Array, out: Array) -> Array:
        """min(max(x, low), high) into `out`."""
        return np.minimum(np.maximum(x, low, out=out), high, out=out)
