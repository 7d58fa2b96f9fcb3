"""Validates an experiment and proves its gradients by nudging, in float64; says what it found."""

from __future__ import annotations

import sys
from itertools import groupby

from engine.experiment import Experiment
from engine.notes import notes
from engine.proof import TOLERANCE, Proof, agrees, prove_all
from engine.run import Run


def check(experiment: Experiment, steps: int) -> int:
    """0 if every gradient agrees with its nudged slope, else 1."""
    run = Run(experiment)
    run.advance(steps)
    print(f"{run.network.parameter_count} parameters, {run.network.multiply_adds} multiply-adds forward")
    for note in notes(experiment):
        print(f"note  {note}")
    wrong = 0
    for name, group in groupby(prove_all(run), key=lambda proof: proof.parameter):
        proofs = list(group)
        scale = max(abs(proof.backprop) for proof in proofs)
        failed = [proof for proof in proofs if not agrees(proof, max(scale, resolution(proof) / TOLERANCE))]
        worst = max((abs(p.slope - p.backprop) / scale for p in proofs), default=0.0) if scale else 0.0
        wrong += len(failed)
        verdict = "WRONG" if failed else "ok   "
        print(f"{verdict} {name}: {len(proofs)} nudged, largest difference {worst:.1e}")
        for proof in failed[:3]:
            print(f"      at {list(proof.index)}: nudging {proof.slope!r}, backpropagation {proof.backprop!r}")
    return 1 if wrong else 0


def resolution(proof: Proof) -> float:
    """The smallest slope that nudging can tell: four roundings of the losses, over the way between them.

    Where a gradient has vanished, to 1e-8 and less, both losses agree in all but their last digits.
    """
    return 4 * sys.float_info.epsilon * max(abs(proof.loss_up), abs(proof.loss_down)) / (2 * proof.nudge)
