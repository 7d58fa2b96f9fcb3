"""What Keras does otherwise than PyTorch in ways that no argument can change, said in the script that is concerned."""

from __future__ import annotations

from collections.abc import Iterator

from engine.experiment import Experiment

LINEAR = ("SGD", "Lion")  # optimizers that take no squares
TRANSFORMERS = ("TransformerEncoderLayer", "TransformerDecoderLayer")
CORRECTED = "epsilon is added to the root of the mean square before its bias is corrected, not after"
INSIDE = "epsilon is added under the root, not to it; its square is nearest to PyTorch's"
OPTIMIZERS = {
    "Adam": CORRECTED,
    "AdamW": CORRECTED,
    "RMSprop": INSIDE,
    "Adagrad": INSIDE,
    "Adamax": "epsilon is added to the largest gradient of late, not to each gradient",
}
MOMENTUM = "momentum keeps steps with the rate they had, where PyTorch gives all of them the rate of now"
SCHEDULES = {
    "CosineAnnealingLR": "after T_max steps the rate stays at its lowest, where PyTorch goes up again",
    "ReduceLROnPlateau": "the plateau is watched by a callback of fit(), keras.callbacks.ReduceLROnPlateau",
}
CLIP = "1e-6 is not added to the norm that is clipped"
VARIANCE = "the running variance is that of the batch, not n / (n - 1) times it"
BIAS = "an RNN or LSTM has one bias where PyTorch adds two, which a step moves half as far"
TENSORFLOW = "on TensorFlow, the gradients of a token that comes several times are squared one by one, not their sum"
ATTENTION = "a MultiHeadAttention draws its four matrices by Glorot, each by itself"


def notes(experiment: Experiment) -> Iterator[str]:
    layers, optimizer, schedule = experiment.network.layers, experiment.optimizer, experiment.schedule
    if optimizer.kind in OPTIMIZERS:
        yield OPTIMIZERS[optimizer.kind]
    if optimizer.kind in ("SGD", "RMSprop") and optimizer.momentum and schedule.kind != "none":
        yield MOMENTUM
    if schedule.kind in SCHEDULES:
        yield SCHEDULES[schedule.kind]
    if experiment.clip.kind == "clip_grad_norm":
        yield CLIP
    if any(layer.kind in ("BatchNorm1d", "BatchNorm2d", "BasicBlock") for layer in layers):
        yield VARIANCE
    if any(layer.kind in ("RNN", "LSTM") and layer.bias for layer in layers):
        yield BIAS
    if any(layer.kind in ("MultiheadAttention", *TRANSFORMERS) for layer in layers):
        yield ATTENTION
    added = experiment.l1 or experiment.accumulate > 1  # as one array, in which tokens are summed
    if any(layer.kind == "Embedding" for layer in layers) and optimizer.kind not in LINEAR and not added:
        yield TENSORFLOW
