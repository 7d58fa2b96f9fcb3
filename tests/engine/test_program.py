"""Recording and replaying: the same calls on the same buffers, all at once or one node at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.experiment import ACTIVATIONS, Experiment, Layers
from engine.layers.linear import Linear
from engine.network import Network
from engine.operations.elementwise import GELU, Identity, Tanh
from engine.operations.join import Add
from engine.operations.losses import CrossEntropyLoss, MSELoss
from engine.optimizers.adam import Adam, AdamW
from engine.program import About, Program, compiled, replay
from engine.tensor import CACHE_LINE, Array, Pool, Tensor, buffer
from engine.trainer import Training, attach
from tests.engine.checker import agrees
from tests.engine.checker import training as checked


def training(dtype: Any = "float32", batch: int = 7) -> Training:
    """Every activation there is, between linear layers of five units, on a fixed batch."""
    layers: list[Any] = []
    for index, kind in enumerate(ACTIVATIONS):
        layers += [Linear(out_features=5, bias=index % 2 == 0), kind()]
    layers += [Linear(out_features=5), GELU(approximate="tanh"), Linear(out_features=3)]
    experiment = Experiment(
        network=Layers(tuple(layers)), loss=CrossEntropyLoss(), optimizer=Adam(), batch=batch, dtype=dtype
    )
    network = Network(experiment.network.layers, 4)
    made = Training(experiment, network, network.allocate(dtype))
    made.reset(seed=1)
    rng = np.random.default_rng(2)
    made.x[...] = rng.normal(size=made.x.shape)
    made.targets[...] = rng.integers(0, 3, batch)
    return made


def arrays(made: Training) -> dict[str, Array]:
    """Every buffer that can be read after a step, by name."""
    flat = made.parameters
    found = {"values": flat.values, "pair": flat.pair, "update": flat.update, **made.memory.arrays}
    for index, node in enumerate(made.nodes):
        found[f"{index} output"] = node.output.extended
        found |= {f"{index} {name}": kept for name, kept in node.kept.items()}
        for place, tensor in enumerate([node.output, *node.inputs, *node.parameters]):
            if tensor.extended_gradient is not None:
                found[f"{index} gradient {place}"] = tensor.extended_gradient
    return found


def contents(made: Training) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in arrays(made).items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_visiting_node_by_node_leaves_the_bytes_of_the_whole_pass(dtype: str) -> None:
    whole, visited = training(dtype), training(dtype)
    for _ in range(3):
        whole.run_step()
        for _ in visited.program.visits():
            pass
        visited.run_update()
        assert contents(visited) == contents(whole)


def test_a_step_goes_through_every_node_forwards_and_then_backwards() -> None:
    made = training()
    order = [(phase, made.nodes.index(node)) for phase, node in made.program.visits()]
    count = len(made.nodes)
    assert order[:count] == [("forward", index) for index in range(count)]
    assert order[count:] == [("backward", index) for index in reversed(range(count))]


def test_a_visit_touches_what_its_node_owns_and_nothing_that_is_shown_elsewhere() -> None:
    made = training()
    made.run_pass()
    made.x[...] += 1
    before = contents(made)
    _, first = next(made.program.visits())
    changed = {name for name, now in contents(made).items() if now != before[name]}
    assert first is made.nodes[0]
    assert changed == {"0 output"}


def test_the_compiled_function_does_what_the_list_of_calls_does() -> None:
    listed, printed = training(), training()
    calls = [*listed.program.forward_calls(), *listed.program.backward_calls(), *listed.program.update]
    for _ in range(3):
        replay(calls)
        printed.run_step()
    assert contents(listed) == contents(printed)


def test_a_pass_and_an_update_are_a_step() -> None:
    parted, whole = training(), training()
    for _ in range(3):
        parted.run_pass()
        parted.run_update()
        whole.run_step()
    assert contents(parted) == contents(whole)


def test_replaying_leaves_every_buffer_where_it_is() -> None:
    made = training()
    before = {name: array.ctypes.data for name, array in arrays(made).items()}
    for _ in range(5):
        made.run_step()
    assert {name: array.ctypes.data for name, array in arrays(made).items()} == before


def test_the_row_of_ones_is_never_written() -> None:
    made = training()
    for _ in range(5):
        made.run_step()
    for node in made.nodes[:-1]:
        assert (node.output.extended[-1] == 1).all()


def test_an_empty_program_compiles_to_nothing() -> None:
    compiled([])()


def shared(used: int) -> tuple[Array, Array]:
    """Gradients of input and matrix by backpropagation and by nudging; the matrix is applied `used` times."""
    program = Program(np.float64, 3)
    rng = np.random.default_rng(0)
    x = program.tensor(2)
    matrix = Tensor(rng.normal(size=(2, 3)), np.zeros((2, 3)))
    layer, y = Linear(out_features=2), x
    for index in range(used):
        y = program.apply(layer, y, about=About("Linear", str(index), parameters=(matrix,)))
        y = program.apply(Tanh(), y, name="tanh")
    attach(program, MSELoss(), y)
    program.backward()
    start = rng.normal(size=(2, 3))

    def loss(data: Array, weights: Array) -> float:
        kept = matrix.data.copy()
        x.data[...], matrix.data[...] = data, weights
        compiled([*program.forward_calls(), *program.backward_calls()])()
        matrix.data[...] = kept
        return float(program.nodes[-1].output.data)

    weights = matrix.data.copy()
    loss(start, weights)
    assert x.gradient is not None and matrix.gradient is not None
    backward = np.concatenate([x.gradient.ravel(), matrix.gradient.ravel()])
    measured = []
    for place in range(12):
        nudge = np.zeros(12)
        nudge[place] = 1e-6
        a, b = nudge[:6].reshape(2, 3), nudge[6:].reshape(2, 3)
        measured.append((loss(start + a, weights + b) - loss(start - a, weights - b)) / 2e-6)
    return backward, np.array(measured)


@pytest.mark.parametrize("used", [1, 2, 3])
def test_a_matrix_used_several_times_gets_the_sum_of_its_gradients(used: int) -> None:
    backward, measured = shared(used)
    np.testing.assert_allclose(backward, measured, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("kinds", ["identity linear", "linear identity", "linear linear", "identity identity"])
def test_a_value_read_by_two_nodes_gets_the_sum_of_both_gradients(kinds: str) -> None:
    """Whichever of the two is written first: the last node is, and the other is added to it."""
    program = Program(np.float64, 3)
    x = program.tensor(2)
    expected = np.zeros((2, 3))
    for index, kind in enumerate(kinds.split()):
        matrix = np.arange(6.0).reshape(2, 3) + index
        operation: Any = Linear(out_features=2) if kind == "linear" else Identity()
        parameters = (Tensor(matrix, np.zeros((2, 3))),) if kind == "linear" else ()
        y = program.apply(operation, x, about=About(kind, parameters=parameters))
        assert y.gradient is not None
        y.gradient[...] = np.array([[1, 2, 3], [4, 5, 6]]) * (index + 1)
        expected += (matrix[:, :2].T if kind == "linear" else np.eye(2)) @ y.gradient
    for node in reversed(program.nodes):
        node.operation.backward(program, node)
    assert x.gradient is not None
    np.testing.assert_allclose(x.gradient, expected, rtol=1e-15)


def test_a_tensor_without_gradient_is_sent_none() -> None:
    program = Program(np.float64, 3)
    x = program.tensor(2, gradient=False)
    attach(program, MSELoss(), program.apply(Tanh(), x, name="tanh"))
    program.backward()
    assert x.gradient is None


def test_buffers_begin_on_a_cache_line() -> None:
    made = [buffer((3, size), "float32", fill=2.0) for size in range(1, 20)]
    assert {array.ctypes.data % CACHE_LINE for array in made} == {0}
    assert all((array == 2).all() and array.flags.c_contiguous for array in made)


def test_decoupled_decay_shows_in_the_update_and_not_in_the_gradient() -> None:
    experiment = Experiment(network=Layers((Linear(out_features=1),)), loss=MSELoss(), optimizer=AdamW(lr=0.1))
    network = Network(experiment.network.layers, 1)
    made = Training(experiment, network, network.allocate("float32"))
    made.reset(seed=0)
    made.parameters.values[:] = 0
    made.x[...], made.targets[...] = 0, 0
    made.parameters.named["0.weight"].value[...] = 2
    made.run_step()
    assert made.parameters.named["0.weight"].gradient[0, 0] == 0
    assert made.parameters.named["0.weight"].update[0, 0] == np.float32(-0.1 * 0.01 * 2)


def test_a_gradient_that_is_handed_on_as_it_is_costs_no_copy() -> None:
    branches = [Linear(name="a", out_features=3), Linear(name="b", inputs=("input",), out_features=3)]
    layers = [*branches, Add(inputs=("a", "b"))]
    made = checked(layers, 2)
    a, b, total = (node.output.gradient for node in made.nodes[:3])
    assert a is not None and b is not None and total is not None
    assert a.ctypes.data == b.ctypes.data == total.ctypes.data
    agrees(made)


@pytest.mark.parametrize(
    "inputs", [("a", "b"), ("a", "a"), ("a", "a", "b"), ("a", "input"), ("input", "a", "b", "input")], ids=str
)
def test_a_gradient_handed_on_is_added_to_the_others_that_come(inputs: tuple[str, ...]) -> None:
    layers = [
        Linear(name="a", out_features=2),
        Tanh(name="b"),
        Add(name="sum", inputs=inputs),
        Add(inputs=("sum", "b", "a")),
        Add(inputs=("sum", "3")),
    ]
    agrees(checked(layers, 2))


def test_a_pool_cuts_buffers_from_one_piece_until_it_is_used_up() -> None:
    pool = Pool(1_000_000)
    buffers = [pool.buffer((3, 1000), np.float32, fill=float(number)) for number in range(100)]
    assert all(array.ctypes.data % CACHE_LINE == 0 for array in buffers)
    assert all((array == number).all() for number, array in enumerate(buffers))
    places = np.array([array.ctypes.data for array in buffers])
    near = np.diff(places) == -(-buffers[0].nbytes // CACHE_LINE) * CACHE_LINE
    assert near[: 1_000_000 // 12_032 - 1].all() and not near.all()
    assert Pool(1000).buffer((2,), np.float64).shape == (2,)
