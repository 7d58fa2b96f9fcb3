"""Which examples a step sees: a pure function of (seed, step), so that no generator has to be saved or rewound."""

from __future__ import annotations

import numpy as np

from engine.tensor import Array


class Batches:
    """Every epoch is a new permutation of the training examples, cut into whole batches; the rest sits out."""

    def __init__(self, examples: int, batch: int, seed: int) -> None:
        self.examples, self.batch, self.seed = examples, batch, seed
        self.per_epoch = examples // batch
        self._epoch = -1
        self._order: Array = np.zeros(0, np.intp)

    def indices(self, step: int) -> Array:
        """The examples of a step (0-based), shape (batch,)."""
        epoch, place = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._order = np.random.default_rng([self.seed, epoch]).permutation(self.examples)
            self._epoch = epoch
        return self._order[place * self.batch : (place + 1) * self.batch]
