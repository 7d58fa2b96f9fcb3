"""How parameters start. Names, arguments and formulas are those of torch.nn.init."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np

from engine.choice import Choice
from engine.range import Range
from engine.tagged import Tagged
from engine.tensor import Array, Shape

Scale = Annotated[float, Range(-1e6, 1e6)]
Spread = Annotated[float, Range(0, 1e6)]
Nonlinearity = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}


def gain(nonlinearity: Nonlinearity, a: float = 0.01) -> float:
    """torch.nn.init.calculate_gain: √(2/(1+a²)) for leaky_relu of negative slope a."""
    return math.sqrt(2 / (1 + a * a)) if nonlinearity == "leaky_relu" else _GAINS[nonlinearity]


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight, as torch.nn.init._calculate_fan_in_and_fan_out has them: PyTorch's reading of
    (out, in, *kernel), which of a transposed convolution's (in, out, *kernel) takes one for the other."""
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


class Initializer(Choice):
    """Draws an array. `fans` is (fan_in, fan_out) of the layer that owns it."""

    kind: str

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        raise NotImplementedError

    def wanted(self, shape: Shape) -> str:
        """What it needs in place of this shape; empty where it can draw it."""
        return ""


@dataclass(frozen=True)
class Default(Initializer):
    """What PyTorch's layer does by itself: U(±1/√fan_in), for weight and bias."""

    kind: Literal["default"] = "default"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        bound = 1 / math.sqrt(fans[0])
        return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True)
class Zeros(Initializer):
    kind: Literal["zeros"] = "zeros"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return np.zeros(shape)


@dataclass(frozen=True)
class Ones(Initializer):
    kind: Literal["ones"] = "ones"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return np.ones(shape)


@dataclass(frozen=True)
class Constant(Initializer):
    kind: Literal["constant"] = "constant"
    val: Scale = 0.1

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return np.full(shape, self.val)


@dataclass(frozen=True)
class Normal(Initializer):
    kind: Literal["normal"] = "normal"
    mean: Scale = 0.0
    std: Spread = 1.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return rng.normal(self.mean, self.std, shape)


@dataclass(frozen=True)
class TruncNormal(Initializer):
    """N(mean, std²) given that it lies between a and b, which mean the same interval when swapped.

    Drawn by the inverse of the distribution function (Wichura's AS 241): one uniform number for each entry, nothing
    redrawn. An interval wholly beyond 38 deviations from the mean holds no probability a float64 can tell from 0;
    there, every draw is the bound nearest to the mean.
    """

    kind: Literal["trunc_normal"] = "trunc_normal"
    mean: Scale = 0.0
    std: Annotated[float, Range(0, 1e6, above=True)] = 1.0
    a: Scale = -2.0
    b: Scale = 2.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        least, most = min(self.a, self.b), max(self.a, self.b)
        low, high = (least - self.mean) / self.std, (most - self.mean) / self.std
        # An interval mostly above the mean is mirrored: probabilities keep their digits near 0, not near 1.
        sign = -1 if low + high > 0 else 1
        if sign < 0:
            low, high = -high, -low
        probability = rng.uniform(_distribution(low), _distribution(high), shape)
        inside = np.clip(probability, np.nextafter(0, 1), np.nextafter(1, 0))  # 0 and 1 have no inverse
        inverse = NormalDist().inv_cdf
        standard = np.array([inverse(p) for p in inside.ravel().tolist()]).reshape(shape)
        return np.clip(self.mean + sign * self.std * standard, least, most)


@dataclass(frozen=True)
class Uniform(Initializer):
    kind: Literal["uniform"] = "uniform"
    a: Scale = 0.0
    b: Scale = 1.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return rng.uniform(min(self.a, self.b), max(self.a, self.b), shape)


@dataclass(frozen=True)
class XavierUniform(Initializer):
    """U(±gain √(6 / (fan_in + fan_out))), Glorot and Bengio 2010."""

    kind: Literal["xavier_uniform"] = "xavier_uniform"
    gain: Spread = 1.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        bound = self.gain * math.sqrt(6 / sum(fans))
        return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True)
class XavierNormal(Initializer):
    """N(0, gain² · 2 / (fan_in + fan_out)), Glorot and Bengio 2010."""

    kind: Literal["xavier_normal"] = "xavier_normal"
    gain: Spread = 1.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return rng.normal(0, self.gain * math.sqrt(2 / sum(fans)), shape)


@dataclass(frozen=True)
class Kaiming(Initializer):
    """The standard deviation both forms of He et al. 2015 share: gain / √fan."""

    a: Annotated[float, Range(0, 1e3)] = 0.0
    mode: Literal["fan_in", "fan_out"] = "fan_in"
    nonlinearity: Nonlinearity = "leaky_relu"

    def std(self, fans: tuple[int, int]) -> float:
        return gain(self.nonlinearity, self.a) / math.sqrt(fans[self.mode == "fan_out"])


@dataclass(frozen=True)
class KaimingUniform(Kaiming):
    kind: Literal["kaiming_uniform"] = "kaiming_uniform"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        bound = math.sqrt(3) * self.std(fans)
        return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True)
class KaimingNormal(Kaiming):
    kind: Literal["kaiming_normal"] = "kaiming_normal"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return rng.normal(0, self.std(fans), shape)


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Rows or columns orthonormal times gain, Saxe et al. 2014; a vector gets unit length."""

    kind: Literal["orthogonal"] = "orthogonal"
    gain: Spread = 1.0

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        rows, columns = shape[0], math.prod(shape[1:])
        tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(tall)
        q = q * np.sign(np.diag(r))  # makes the draw uniform over the orthogonal matrices
        return np.asarray(self.gain * (q if rows >= columns else q.T).reshape(shape))


@dataclass(frozen=True)
class Eye(Initializer):
    """Ones on the diagonal: as many inputs as possible are passed on. A vector is a matrix of one column."""

    kind: Literal["eye"] = "eye"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        return np.eye(shape[0], math.prod(shape[1:])).reshape(shape)


@dataclass(frozen=True)
class Sparse(Initializer):
    """N(0, std²) with ⌈sparsity · rows⌉ zeros in each column, Martens 2010; a vector is a matrix of one column.

    PyTorch has no default for sparsity.
    """

    kind: Literal["sparse"] = "sparse"
    sparsity: Annotated[float, Range(0, 1)] = 0.1
    std: Spread = 0.01

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        rows, columns = shape[0], math.prod(shape[1:])
        values = rng.normal(0, self.std, (rows, columns))
        order = rng.random((rows, columns)).argsort(axis=0, kind="stable")
        values[order < math.ceil(self.sparsity * rows)] = 0
        return values.reshape(shape)


@dataclass(frozen=True)
class Dirac(Initializer):
    """One in the middle of the kernel from each channel to its own: a convolution passes on what it can."""

    kind: Literal["dirac"] = "dirac"
    groups: Annotated[int, Range(1, 4096)] = 1

    def wanted(self, shape: Shape) -> str:
        if not 3 <= len(shape) <= 5:
            return "the weight of a convolution, which has 3 to 5 dimensions"
        return "" if shape[0] % self.groups == 0 else f"a number of channels that {self.groups} groups can share"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]) -> Array:
        values = np.zeros(shape)
        own = shape[0] // self.groups
        middle = tuple(size // 2 for size in shape[2:])
        for group in range(self.groups):
            for channel in range(min(own, shape[1])):
                values[(group * own + channel, channel, *middle)] = 1
        return values


@dataclass(frozen=True)
class LSUV(Orthogonal):
    """Layer-sequential unit variance, Mishkin and Matas 2016: orthonormal, then divided by the deviation of the
    layer's outputs on a batch until their variance is within tol of 1, layer after layer (engine/unit_variance.py).
    """

    kind: Literal["lsuv"] = "lsuv"  # type: ignore[assignment]
    gain: Spread = 1.0
    tol: Annotated[float, Range(0, 1, above=True)] = 0.1
    max_iters: Annotated[int, Range(1, 1000)] = 10

    def wanted(self, shape: Shape) -> str:
        return "" if len(shape) > 1 else "a weight: a bias has no variance to be scaled"


def _distribution(x: float) -> float:
    """Φ(x), to its last digits far below zero too."""
    return math.erfc(-x / math.sqrt(2)) / 2


AnyInitializer = Annotated[
    Default
    | Zeros
    | Ones
    | Constant
    | Normal
    | TruncNormal
    | Uniform
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | Orthogonal
    | Eye
    | Sparse
    | Dirac
    | LSUV,
    Tagged(),
]
