"""Optimizers, losses and initializers of Keras 3. Names and defaults are those of the released package, 3.15."""

from __future__ import annotations

from app.dialects.term import Argument, Term

RATE, DECAY = "dialect.rate", "dialect.l2"
EPSILON = Argument("eps", "epsilon", 1e-7, "dialect.epsilon")
ROOT = Argument("eps", "epsilon", 1e-7, "dialect.root")
MOMENTA = (Argument("betas.0", "beta_1", 0.9), Argument("betas.1", "beta_2", 0.999))
L2 = Argument("weight_decay", "weight_decay", None, DECAY)


def _rate(default: float, why: str = RATE) -> Argument:
    return Argument("lr", "learning_rate", default, why)


OPTIMIZERS = (
    Term(
        "SGD",
        "SGD",
        (
            _rate(0.01),
            Argument("momentum", "momentum", 0.0),
            Argument("nesterov", "nesterov", False),
            Argument("dampening", "", None, "dialect.dampening"),
            L2,
        ),
    ),
    Term(
        "Adam",
        "Adam",
        (_rate(0.001, ""), *MOMENTA, EPSILON, Argument("amsgrad", "amsgrad", False), L2),
        "dialect.corrected",
    ),
    Term(
        "AdamW",
        "AdamW",
        (
            _rate(0.001, ""),
            Argument("weight_decay", "weight_decay", 0.004, "dialect.decay"),
            *MOMENTA,
            EPSILON,
            Argument("amsgrad", "amsgrad", False),
        ),
        "dialect.corrected",
    ),
    Term(
        "RMSprop",
        "RMSprop",
        (
            _rate(0.001),
            Argument("alpha", "rho", 0.9, "dialect.rho"),
            Argument("momentum", "momentum", 0.0),
            ROOT,
            Argument("centered", "centered", False),
            L2,
        ),
    ),
    Term(
        "Adagrad",
        "Adagrad",
        (
            _rate(0.001),
            Argument("initial_accumulator_value", "initial_accumulator_value", 0.1, "dialect.accumulator"),
            ROOT,
            Argument("lr_decay", "", None, "dialect.lr_decay"),
            L2,
        ),
    ),
    Term(
        "Adadelta",
        "Adadelta",
        (
            _rate(0.001),
            Argument("rho", "rho", 0.95, "dialect.rho"),
            Argument("eps", "epsilon", 1e-7, "dialect.small"),
            L2,
        ),
    ),
    Term("Adamax", "Adamax", (_rate(0.001), *MOMENTA, EPSILON, L2)),
    Term(
        "NAdam",
        "Nadam",
        (
            _rate(0.001),
            *MOMENTA,
            EPSILON,
            Argument("momentum_decay", "", None, "dialect.momentum_decay"),
            L2,
            Argument("decoupled_weight_decay", "", None, DECAY),
        ),
    ),
    Term("RAdam", "", why="dialect.none"),
    Term(
        "Lion",
        "Lion",
        (
            _rate(0.001),
            Argument("betas.0", "beta_1", 0.9),
            Argument("betas.1", "beta_2", 0.99),
            Argument("weight_decay", "weight_decay", None),
        ),
    ),
)

LOGITS = Argument("", "from_logits", False, "dialect.logits")
LOSSES = (
    Term(
        "CrossEntropyLoss",
        "SparseCategoricalCrossentropy",
        (LOGITS, Argument("label_smoothing", "", None, "dialect.smoothing")),
    ),
    Term("NLLLoss", "", why="dialect.nll"),
    Term("BCEWithLogitsLoss", "BinaryCrossentropy", (LOGITS,)),
    Term("MSELoss", "MeanSquaredError"),
    Term("HuberLoss", "Huber", (Argument("delta", "delta", 1.0),)),
)

INITIALIZERS = (
    Term("default", "", why="dialect.glorot"),
    Term("zeros", "Zeros"),
    Term("ones", "Ones"),
    Term("constant", "Constant", (Argument("val", "value", 0.0, "dialect.constant"),)),
    Term(
        "normal",
        "RandomNormal",
        (Argument("mean", "mean", 0.0), Argument("std", "stddev", 0.05, "dialect.deviation")),
    ),
    Term(
        "trunc_normal",
        "TruncatedNormal",
        (
            Argument("mean", "mean", 0.0),
            Argument("std", "stddev", 0.05, "dialect.deviation"),
            Argument("a", "", None, "dialect.truncated"),
            Argument("b", "", None, "dialect.truncated"),
        ),
    ),
    Term(
        "uniform",
        "RandomUniform",
        (Argument("a", "minval", -0.05, "dialect.bounds"), Argument("b", "maxval", 0.05, "dialect.bounds")),
    ),
    Term("xavier_uniform", "GlorotUniform", (Argument("gain", "", None, "dialect.scale"),)),
    Term("xavier_normal", "VarianceScaling", (Argument("gain", "scale", 1.0, "dialect.scale"),)),
    Term("kaiming_uniform", "VarianceScaling", (Argument("mode", "mode", "fan_in"),), "dialect.scale"),
    Term("kaiming_normal", "VarianceScaling", (Argument("mode", "mode", "fan_in"),), "dialect.scale"),
    Term("orthogonal", "Orthogonal", (Argument("gain", "gain", 1.0),)),
    Term("eye", "Identity", (Argument("", "gain", 1.0),)),
    Term("sparse", "", why="dialect.none"),
)
