"""A recurrent network: an LSTM whose last state is read by a linear layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.limit import Limit
from benchmarks.recurrent_limit import recurrent_limit
from benchmarks.workload import Workload, normal
from engine.experiment import AnyLayer
from engine.layers.linear import Linear
from engine.layers.recurrent_lstm import LSTM


@dataclass(frozen=True, kw_only=True)
class Recurrent(Workload):
    """x is (batch, features, time); `hidden` units, then as many outputs as y has."""

    hidden: int

    def layers(self) -> list[AnyLayer]:
        return [LSTM(hidden_size=self.hidden, returns="h_n"), Linear(out_features=self.y.shape[1])]

    def module(self, torch: Any) -> Any:
        class LastState(torch.nn.Sequential):  # type: ignore[misc]
            def forward(self, x: Any) -> Any:
                lstm, linear = self
                _, (h, _) = lstm(x.permute(2, 0, 1))
                return linear(h[-1])

        features, outputs = self.x.shape[1], self.y.shape[1]
        return LastState(torch.nn.LSTM(features, self.hidden), torch.nn.Linear(self.hidden, outputs))

    def limit(self) -> Limit:
        return recurrent_limit(self)


def w5() -> Recurrent:
    """8 features, 50 steps, 32 units: many small calls, one after the other."""
    rng, features, hidden, steps, batch = np.random.default_rng(0), 8, 32, 50, 16
    parameters = {
        "0.weight_ih_l0": normal(rng, 4 * hidden, features, std=0.6 / np.sqrt(features)),
        "0.weight_hh_l0": normal(rng, 4 * hidden, hidden, std=0.6 / np.sqrt(hidden)),
        "0.bias_ih_l0": normal(rng, 4 * hidden, std=0.1),
        "0.bias_hh_l0": np.zeros(4 * hidden, np.float32),
        "1.weight": normal(rng, 1, hidden, std=1 / np.sqrt(hidden)),
        "1.bias": normal(rng, 1, std=0.1),
    }
    return Recurrent(
        name="W5",
        hidden=hidden,
        loss="mse",
        optimizer="adam",
        lr=1e-3,
        parameters=parameters,
        x=np.ascontiguousarray(normal(rng, steps, batch, features).transpose(1, 2, 0)),
        y=normal(rng, batch, 1),
    )


WORKLOADS = (w5,)
