"""What an experiment would be and cost, computed without running it."""

from __future__ import annotations

from typing import Any

from engine.experiment import Experiment
from engine.feasible import memory, planned
from engine.notes import notes


def report(experiment: Experiment) -> dict[str, Any]:
    """Shapes, parameters and cost, and notes of what deserves a word; raises BadExperiment."""
    data, network = planned(experiment)
    batch = experiment.batch
    return {
        "data": {
            "train": len(data.train_x),
            "test": len(data.test_x),
            "features": data.features,
            "classes": data.classes,
        },
        "layers": [
            {
                "name": placed.name,
                "kind": placed.layer.kind,
                "input_shape": [batch, *placed.shapes[0]],
                "output_shape": [batch, *placed.output],
                "parameters": placed.parameter_count,
            }
            for placed in network.placed
        ],
        "parameters": network.parameter_count,
        "multiply_adds": network.multiply_adds,
        "memory": memory(experiment, network, data),
        "notes": [vars(note) for note in notes(experiment)],
    }
