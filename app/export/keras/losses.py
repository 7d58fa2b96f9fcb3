"""The text of a loss in Keras."""

from __future__ import annotations

from typing import Any

from app.export.calls import literal

NAMES = {
    "CrossEntropyLoss": "SparseCategoricalCrossentropy(from_logits=True)",
    "BCEWithLogitsLoss": "BinaryCrossentropy(from_logits=True)",
    "MSELoss": "MeanSquaredError()",
    "HuberLoss": "Huber()",
}

# Of log-probabilities, which Keras has no loss for.
NLL = '''
def nll(labels, scores):
    """The mean of minus the score of each label."""
    places = ops.reshape(ops.cast(labels, "int32"), (-1, *scores.shape[1:-1], 1))
    return -ops.mean(ops.take_along_axis(scores, places, axis=-1))
'''

# Keras smooths one-hot targets only.
SMOOTHED = '''
def smoothed(labels, scores):
    """The cross-entropy of labels that give {smoothing} of themselves to all classes alike."""
    targets = ops.one_hot(ops.cast(labels, "int32"), scores.shape[-1], dtype=scores.dtype)
    each = keras.losses.categorical_crossentropy(targets, scores, from_logits=True, label_smoothing={smoothing})
    return ops.mean(each)
'''


def loss(it: Any) -> str:
    """The text of it: a loss of Keras's, or the function that `definition` defines."""
    if it.kind == "NLLLoss":
        return "nll"
    if it.kind == "CrossEntropyLoss" and it.label_smoothing:
        return "smoothed"
    if it.kind == "HuberLoss" and it.delta != 1:
        return f"keras.losses.Huber(delta={literal(it.delta)})"
    return f"keras.losses.{NAMES[it.kind]}"


def definition(it: Any) -> str:
    """Of the function that Keras has no loss for; "" where it has one."""
    functions = {"nll": NLL, "smoothed": SMOOTHED.format(smoothing=getattr(it, "label_smoothing", 0))}
    return functions.get(loss(it), "")
