"""Numbers that textbooks and papers print, computed by this engine."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.data.choices import Generated
from engine.experiment import Experiment, Layers
from engine.initializers import KaimingNormal
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import ReLU, Sigmoid
from engine.operations.losses import CrossEntropyLoss, MSELoss
from engine.optimizers.adam import Adam
from engine.optimizers.sgd import SGD
from engine.parameters import Block, Owner, Parameters
from engine.program import About, Program, compiled
from engine.run import Run
from engine.tensor import Array, Tensor
from engine.trainer import Training


def test_the_sigmoid_neuron_of_cs231n() -> None:
    """f = σ(w₀x₀ + w₁x₁ + w₂) with w = (2, −3, −3), x = (−1, −2). Stanford CS231n, backpropagation notes."""
    program = Program(np.float64, 1)
    x = program.tensor(2)
    w = Tensor(np.array([[2.0, -3.0, -3.0]]), np.zeros((1, 3)))
    x.data[:, 0] = -1, -2
    z = program.apply(Linear(out_features=1), x, about=About("z", parameters=(w,)))
    f = program.apply(Sigmoid(), z, name="f")
    program.backward()
    assert x.gradient is not None and w.gradient is not None and z.gradient is not None
    assert f.data[0, 0] == pytest.approx(0.7310585786, abs=5e-11)
    assert z.gradient[0, 0] == pytest.approx(0.1966119332, abs=5e-11)
    np.testing.assert_allclose(x.gradient[:, 0], [0.3932238665, -0.5898357997], rtol=0, atol=5e-11)
    np.testing.assert_allclose(w.gradient[0], [-0.1966119332, -0.3932238665, 0.1966119332], rtol=0, atol=5e-11)


class Mazur:
    """The 2-2-2 sigmoid network of Matt Mazur's step-by-step example (2015).

    His error is ½ Σ e², which for two outputs is our mean of e². His biases stay as they are, so the bias
    column is put back after each update.
    """

    def __init__(self) -> None:
        layers = Layers((Linear(out_features=2), Sigmoid(), Linear(out_features=2), Sigmoid()))
        asked = Experiment(network=layers, loss=MSELoss(), optimizer=SGD(lr=0.5), batch=1, dtype="float64")
        network = Network(layers.layers, 2)
        self.training = Training(asked, network, network.allocate("float64"))
        self.named = self.training.parameters.named
        self.named["0.weight"].value[...] = [[0.15, 0.20], [0.25, 0.30]]
        self.named["2.weight"].value[...] = [[0.40, 0.45], [0.50, 0.55]]
        self.restore_biases()
        self.training.x[:, 0] = 0.05, 0.10
        self.training.targets[:, 0] = 0.01, 0.99

    def restore_biases(self) -> None:
        self.named["0.bias"].value[:] = 0.35
        self.named["2.bias"].value[:] = 0.60

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.training.run_step()
            self.restore_biases()

    def look(self) -> tuple[float, Array]:
        self.training.run_pass()
        return float(self.training.loss), self.training.output.data[:, 0].copy()


def test_the_first_pass_of_mazurs_network() -> None:
    net = Mazur()
    error, output = net.look()
    assert error == pytest.approx(0.298371109, abs=5e-10)
    np.testing.assert_allclose(output, [0.751365070, 0.772928465], rtol=0, atol=5e-10)
    assert net.named["2.weight"].gradient[0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert net.named["0.weight"].gradient[0, 0] == pytest.approx(0.000438568, abs=5e-10)


def test_the_first_update_of_mazurs_network() -> None:
    net = Mazur()
    net.train(1)
    assert net.named["2.weight"].value[0, 0] == pytest.approx(0.358916480, abs=5e-10)
    assert net.named["0.weight"].value[0, 0] == pytest.approx(0.149780716, abs=5e-10)
    assert net.look()[0] == pytest.approx(0.291027774, abs=5e-10)


def test_mazurs_network_after_ten_thousand_steps() -> None:
    net = Mazur()
    net.train(10_000)
    error, output = net.look()
    assert error == pytest.approx(3.5102e-5, abs=5e-10)
    np.testing.assert_allclose(output, [0.01591, 0.98406], rtol=0, atol=5e-6)


class Updated:
    """One weight under an optimizer, given gradients by hand."""

    def __init__(self, optimizer: Any) -> None:
        self.parameters = Parameters([Owner("0", (Block((1,), {"weight": np.asarray}),), {})], np.float64)
        program, memory = Program(np.float64, 1), []
        program.emit_update(lambda recorded: memory.append(optimizer.emit(recorded, self.parameters)))
        for array in memory[0].arrays.values():
            array.fill(0)
        self.parameters.values[:] = 0
        self.run_update = compiled(program.update)

    def step(self, gradient: float) -> float:
        """How far the weight goes down."""
        self.parameters.gradients[:] = gradient
        self.run_update()
        return -float(self.parameters.update[0])


@pytest.mark.parametrize(("gradient", "step"), [(1e-3, 9.9999000e-4), (1e3, 9.9999999999e-4), (1e-8, 5.0e-4)])
def test_adams_first_step_is_lr_g_over_abs_g_plus_eps(gradient: float, step: float) -> None:
    """Kingma and Ba 2015: the first step is as long as lr, whatever the size of the gradient."""
    assert Updated(Adam()).step(gradient) == pytest.approx(step, rel=1e-9)
    assert Updated(Adam()).step(-gradient) == pytest.approx(-step, rel=1e-9)


def test_adam_takes_its_longest_step_on_a_gradient_after_long_silence() -> None:
    """The bound is lr (1 − β₁) / √(1 − β₂) = 3.1623 lr; bias correction still lowers it."""
    net = Updated(Adam(lr=1.0))
    assert all(net.step(0.0) == 0 for _ in range(1000))
    longest = net.step(1.0)
    assert longest == pytest.approx(2.5153, abs=5e-5)
    assert longest < 0.1 / math.sqrt(0.001)


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.99])
def test_momentum_ends_at_steps_of_lr_over_1_minus_mu(momentum: float) -> None:
    net = Updated(SGD(lr=0.01, momentum=momentum))
    for _ in range(3000):
        step = net.step(1.0)
    assert step == pytest.approx(0.01 / (1 - momentum), rel=1e-9)


@pytest.mark.parametrize(("share", "stable"), [(0.99, True), (1.01, False)])
def test_gradient_descent_is_stable_below_2_over_the_largest_curvature(share: float, stable: bool) -> None:
    """A linear network under the mean squared error is a quadratic of Hessian 2/n Σ x xᵀ."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 20))
    largest = np.linalg.eigvalsh(2 / 20 * x @ x.T)[-1]
    layers = Layers((Linear(out_features=1, bias=False),))
    asked = Experiment(network=layers, loss=MSELoss(), optimizer=SGD(lr=share * 2 / largest), batch=20, dtype="float64")
    network = Network(layers.layers, 3)
    training = Training(asked, network, network.allocate("float64"))
    weight = training.parameters.named["0.weight"]
    training.x[...], training.targets[...] = x, np.array([[1.0, -2.0, 0.5]]) @ x
    weight.value[...] = 0
    losses = []
    for _ in range(2000):
        training.run_step()
        losses.append(float(training.loss))
    assert (losses[-1] < 1e-12) if stable else (losses[-1] > 1e10)


def test_every_layer_of_a_relu_network_without_biases_has_the_same_product_of_weight_and_gradient() -> None:
    """It is homogeneous of degree one in each layer, so ⟨W, ∂L/∂W⟩ = ⟨output, ∂L/∂output⟩ for all."""
    layers: list[Any] = []
    he = KaimingNormal(nonlinearity="relu")
    for width in (24, 16, 24, 8, 16, 12, 24):
        layers += [Linear(out_features=width, bias=False, weight_init=he), ReLU()]
    layers.append(Linear(out_features=2, bias=False))
    asked = Experiment(data=Generated("moons"), network=Layers(tuple(layers)), loss=CrossEntropyLoss(), dtype="float64")
    run = Run(asked)
    for _ in range(3):
        run.advance(1)
        output = run.training.output
        assert output.gradient is not None
        expected = float((output.data * output.gradient).sum())
        products = [float((p.before * p.gradient).sum()) for p in run.parameters.named.values()]
        assert len(products) == 8
        assert abs(expected) > 1e-3
        np.testing.assert_allclose(products, expected, rtol=1e-12)


def test_the_gradient_of_softmax_and_cross_entropy_is_p_minus_y_over_the_batch() -> None:
    for batch in (1, 4):
        program = Program(np.float64, batch)
        logits = program.tensor(3)
        loss = CrossEntropyLoss()
        target = Tensor(loss.targets(program, 3), None)
        logits.data[...] = np.array([[2.0], [1.0], [0.1]])
        value = program.apply(loss, logits, target, name="loss")
        program.backward()
        assert logits.gradient is not None
        expected = np.array([[-0.340998861], [0.242432971], [0.098565890]]) / batch
        np.testing.assert_allclose(logits.gradient, np.tile(expected, batch), rtol=0, atol=5e-10)
        assert float(value.data) == pytest.approx(-math.log(1 - 0.340998861), abs=1e-9)
