"""What the network says of the test set: the confusion matrix, and examples one by one."""

from __future__ import annotations

import numpy as np

from app.protocol import Predict, Prediction, Predictions
from engine.run import Run
from engine.tensor import columns

SHOWN = 40  # test examples in a reply to Predict


def predictions(run: Run, request: Predict) -> Predictions:
    """The confusion matrix of the test set, and its first examples one by one.

    Of sequences with a label at every position, each position is an example.
    """
    assert run.data.classes is not None
    with run.as_in_pass():
        out = columns(run.answers()).astype(np.float64)
    loss, labels, classes = run.experiment.loss, run.data.test_y.ravel(), run.data.classes
    with np.errstate(all="ignore"):  # of a network that has exploded, too
        p, chosen = loss.shares(out), loss.chosen(out)
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (labels.astype(np.intp), chosen), 1)
    pictures = run.data.picture is not None
    examples = tuple(
        Prediction(
            label=int(labels[i]),
            predicted=int(chosen[i]),
            probability=float(p[chosen[i], i]),
            pixels=tuple(int(v * 255) for v in run.data.test_x[i]) if pictures else (),
        )
        for i in range(min(SHOWN, len(labels)))
    )
    return Predictions(
        kind="predictions",
        id=request.id,
        generation=request.generation,
        step=run.step,
        confusion=tuple(tuple(map(int, row)) for row in confusion),
        examples=examples,
    )
