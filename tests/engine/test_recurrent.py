"""RNN, GRU and LSTM: gradients, PyTorch's numbers over all options, what can be read at each time step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation import Evaluation
from engine.initializers import Orthogonal, Zeros
from engine.layers.linear import Linear
from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_gru import GRU
from engine.layers.recurrent_lstm import LSTM
from engine.layers.recurrent_rnn import RNN
from engine.network import Network
from engine.operations.join import Concat
from engine.operations.losses import MSELoss
from engine.problem import BadExperiment
from engine.tensor import Array
from engine.trainer import Training
from tests.engine.checker import agrees, training

CELLS = [RNN(hidden_size=3), RNN(hidden_size=3, nonlinearity="relu"), GRU(hidden_size=3), LSTM(hidden_size=3)]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "returns": "h_n"},
]
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_gradients_are_those_of_nudging(cell: Recurrent, options: dict[str, Any]) -> None:
    agrees(training([replace(cell, **options)], 2, 5))


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_sequence_read_twice_and_parameters_used_twice_get_the_sum(cell: Recurrent) -> None:
    layers: list[Any] = [
        Linear(name="x", out_features=3),
        replace(cell, name="first"),
        replace(cell, inputs=("x",), shares="first"),
        replace(cell, inputs=("x",), truncate=5),
        Concat(inputs=("first", "2", "3")),
        Linear(out_features=1),
    ]
    agrees(training(layers, 2, 4))


def test_parameters_have_pytorchs_names_and_shapes() -> None:
    network = Network([GRU(hidden_size=4, num_layers=2, bidirectional=True)], 3, 5)
    found = {name: p.value.shape for name, p in network.allocate("float32").named.items()}
    torch = pytest.importorskip("torch")
    module = torch.nn.GRU(3, 4, num_layers=2, bidirectional=True)
    assert found == {f"0.{name}": tuple(value.shape) for name, value in module.state_dict().items()}
    assert network.parameter_count == sum(value.numel() for value in module.parameters())


@st.composite
def cells(draw: st.DrawFn) -> Recurrent:
    kind = draw(st.sampled_from([RNN, GRU, LSTM]))
    own = {"nonlinearity": draw(st.sampled_from(["tanh", "relu"]))} if kind is RNN else {}
    return kind(  # type: ignore[no-any-return]
        hidden_size=draw(st.integers(1, 5)),
        num_layers=draw(st.integers(1, 3)),
        bias=draw(st.booleans()),
        bidirectional=draw(st.booleans()),
        truncate=draw(st.integers(0, 4)),
        returns=draw(st.sampled_from(["output", "h_n"])),
        **own,
    )


def by_pytorch(torch: Any, cell: Recurrent, module: Any, x: Any) -> Any:
    """What a layer's `returns` names, (batch, features, *time) in and out."""
    if cell.truncate:
        return in_pieces(torch, cell, module, x)
    output, state = module(x.transpose(1, 2))
    if cell.returns == "output":
        return output.transpose(1, 2)
    state = state[0] if isinstance(cell, LSTM) else state
    return torch.cat(list(state[-2:] if cell.bidirectional else state[-1:]), 1)


def in_pieces(torch: Any, cell: Recurrent, module: Any, x: Any) -> Any:
    """The same, direction by direction and piece by piece, the state detached between two pieces."""
    for level in range(cell.num_layers):
        ways, ends = [], []
        for reverse in (False, True)[: 1 + cell.bidirectional]:
            states = one_way(torch, cell, module, x.flip(2) if reverse else x, f"_l{level}" + "_reverse" * reverse)
            ways.append(states.flip(2) if reverse else states)
            ends.append(states[:, :, -1])
        x = torch.cat(ways, 1)
    return x if cell.returns == "output" else torch.cat(ends, 1)


def one_way(torch: Any, cell: Recurrent, module: Any, x: Any, ending: str) -> Any:
    own = {"nonlinearity": cell.nonlinearity} if isinstance(cell, RNN) else {}
    single = getattr(torch.nn, type(cell).__name__)(
        x.shape[1], cell.hidden_size, bias=cell.bias, batch_first=True, dtype=x.dtype, **own
    )
    parameters = {n.removesuffix(ending) + "_l0": p for n, p in module.named_parameters() if n.endswith(ending)}
    states, state = [], None
    for piece in x.transpose(1, 2).split(cell.truncate, 1):
        given = (piece,) if state is None else (piece, state)
        output, state = torch.func.functional_call(single, parameters, given)
        state = tuple(s.detach() for s in state) if isinstance(cell, LSTM) else state.detach()
        states.append(output)
    return torch.cat(states, 1).transpose(1, 2)


def errors(made: Training, cell: Recurrent) -> dict[str, float]:
    """Of the loss and every gradient, relative to PyTorch's largest."""
    torch = pytest.importorskip("torch")
    dtype = getattr(torch, str(made.x.dtype))
    own = {"nonlinearity": cell.nonlinearity} if isinstance(cell, RNN) else {}
    module = getattr(torch.nn, type(cell).__name__)(
        len(made.x),
        cell.hidden_size,
        num_layers=cell.num_layers,
        bias=cell.bias,
        bidirectional=cell.bidirectional,
        batch_first=True,
        dtype=dtype,
        **own,
    )
    named = {name.removeprefix("0."): parameter for name, parameter in made.parameters.named.items()}
    module.load_state_dict({name: torch.from_numpy(p.value.copy()) for name, p in named.items()})
    x = torch.from_numpy(made.x.swapaxes(0, 1).copy()).requires_grad_()
    y = torch.from_numpy(made.targets.swapaxes(0, 1).copy())
    loss = torch.nn.functional.mse_loss(by_pytorch(torch, cell, module, x), y)
    loss.backward()
    assert made.input.gradient is not None
    found = {"loss": relative(made.loss, loss.item())}
    found["input"] = relative(made.input.gradient.swapaxes(0, 1), x.grad.numpy())
    return found | {name: relative(named[name].gradient, p.grad.numpy()) for name, p in module.named_parameters()}


def relative(found: Any, expected: Any) -> float:
    scale = np.abs(expected).max()
    return float(np.abs(found - expected).max() / (scale or 1))


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(cells(), st.integers(1, 4), st.integers(1, 9), st.sampled_from(["float32", "float64"]), st.integers(0, 999))
def test_all_options_have_the_loss_and_gradients_of_pytorch(
    cell: Recurrent, features: int, steps: int, dtype: str, seed: int
) -> None:
    found = errors(training([cell], features, steps, batch=2, seed=seed, dtype=dtype), cell)
    worst = max(found, key=lambda name: found[name])
    assert found[worst] <= TOLERANCE[dtype], worst


def kept(cell: Recurrent, **options: Any) -> tuple[Training, dict[str, Array]]:
    made = training([replace(cell, **options)], 2, 6)
    return made, made.nodes[0].kept


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


@pytest.mark.parametrize("reverse", [False, True])
def test_the_gates_of_an_lstm_can_be_read_at_each_time_step(reverse: bool) -> None:
    made = training([LSTM(hidden_size=3, bidirectional=True)], 2, 6)
    read = made.nodes[int(reverse)].kept
    value = {n.removeprefix("0."): p.value for n, p in made.parameters.named.items() if ("reverse" in n) == reverse}
    w_ih, w_hh, b_ih, b_hh = (value[name] for name in value)
    h = c = np.zeros((3, 3))
    for t in reversed(range(6)) if reverse else range(6):
        i, f, g, o = np.split(w_ih @ made.x[..., t] + w_hh @ h + (b_ih + b_hh)[:, None], 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        for name, expected in {
            "input gate": i,
            "forget gate": f,
            "cell gate": g,
            "output gate": o,
            "cell state": c,
            "hidden state": h,
        }.items():
            np.testing.assert_allclose(read[name][..., t], expected, rtol=1e-12, atol=1e-15, err_msg=name)


def test_the_gates_of_a_gru_can_be_read_at_each_time_step() -> None:
    made, read = kept(GRU(hidden_size=3))
    w_ih, b_ih, w_hh, b_hh = (p.value for p in made.parameters.named.values())
    h = np.zeros((3, 3))
    for t in range(6):
        r, z, n = np.split(w_ih @ made.x[..., t] + b_ih[:, None], 3)
        r_h, z_h, n_h = np.split(w_hh @ h + b_hh[:, None], 3)
        r, z = sigmoid(r + r_h), sigmoid(z + z_h)
        n = np.tanh(n + r * n_h)
        h = (1 - z) * n + z * h
        for name, expected in {"reset gate": r, "update gate": z, "new gate": n, "hidden state": h}.items():
            np.testing.assert_allclose(read[name][..., t], expected, rtol=1e-12, atol=1e-15, err_msg=name)


BIASES = {
    RNN: ["pre-activation"],
    GRU: ["reset gate", "update gate", "new gate"],
    LSTM: ["input gate", "forget gate", "cell gate", "output gate"],
}


@pytest.mark.parametrize("options", [{}, {"truncate": 4, "returns": "h_n"}], ids=str)
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_gradients_of_the_gates_add_up_to_those_of_the_biases_and_lead_to_the_input(
    cell: Recurrent, options: dict[str, Any]
) -> None:
    made, read = kept(cell, **options)
    deltas = np.concatenate([read[f"{name} gradient"] for name in BIASES[type(cell)]])
    named = made.parameters.named
    assert np.abs(deltas).max() > 0
    np.testing.assert_allclose(named["0.bias_ih_l0"].gradient, deltas.sum((1, 2)), rtol=1e-12, atol=1e-15)
    expected = np.einsum("ri,rbt->ibt", named["0.weight_ih_l0"].value, deltas)
    assert made.input.gradient is not None
    np.testing.assert_allclose(made.input.gradient, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_gradient_of_a_state_is_kept_for_each_time_step(cell: Recurrent) -> None:
    """At the last it is what arrived; where it is cut, nothing but that is there."""
    made, read = kept(cell, truncate=2)
    arrived = made.output.gradient
    assert arrived is not None
    found = read["hidden state gradient"]
    for t in (1, 3, 5):
        np.testing.assert_array_equal(found[..., t], arrived[..., t])
    assert not np.allclose(found[..., 4], arrived[..., 4])


def test_dropout_is_between_layers_and_only_while_training() -> None:
    made = training([GRU(hidden_size=3, num_layers=3, bidirectional=True, dropout=0.4)], 2, 5)
    between = ["GRU", "GRU", "Concat", "Dropout"]
    assert [node.name for node in made.nodes[:-1]] == [*between, *between, "GRU", "GRU", "Concat"]
    assert 0 in made.nodes[3].kept["mask"]
    agrees(made)
    looking = Evaluation(made.network, MSELoss(), "float64", 3)
    looking.input.data[...] = made.x
    looking.run(made.parameters, loss=False)
    plain = training([GRU(hidden_size=3, num_layers=3, bidirectional=True)], 2, 5, x=made.x)
    np.testing.assert_array_equal(looking.output.data, plain.output.data)


def test_truncation_longer_than_the_sequence_changes_nothing() -> None:
    whole, cut = (training([LSTM(hidden_size=3, truncate=steps)], 2, 6) for steps in (0, 6))
    assert whole.parameters.gradients.tobytes() == cut.parameters.gradients.tobytes()


def start(cell: Recurrent) -> dict[str, Array]:
    network = Network([cell], 9, 2)
    parameters = network.allocate("float64")
    network.initialize(parameters, seed=0)
    return {name.removeprefix("0."): parameter.value for name, parameter in parameters.named.items()}


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_all_parameters_start_within_one_over_the_root_of_the_units(kind: type[Recurrent]) -> None:
    for name, value in start(kind(hidden_size=64, num_layers=2, bidirectional=True)).items():
        assert 0.11 < np.abs(value).max() <= 1 / 8, name


def test_weights_and_biases_start_as_they_are_asked_to() -> None:
    value = start(RNN(hidden_size=8, weight_hh_init=Orthogonal(), bias_init=Zeros()))
    np.testing.assert_allclose(value["weight_hh_l0"] @ value["weight_hh_l0"].T, np.eye(8), atol=1e-12)
    assert not value["bias_ih_l0"].any()
    assert not value["bias_hh_l0"].any()
    assert value["weight_ih_l0"].any()


def test_the_forget_bias_is_added_to_the_forget_gates_bias_alone() -> None:
    plain, opened = start(LSTM(hidden_size=4)), start(LSTM(hidden_size=4, forget_bias=2))
    added = opened["bias_ih_l0"] - plain["bias_ih_l0"]
    np.testing.assert_array_equal(added.round(12), np.repeat([0, 2, 0, 0], 4))
    np.testing.assert_array_equal(opened["bias_hh_l0"], plain["bias_hh_l0"])


@pytest.mark.parametrize(
    ("layer", "shape", "where"),
    [
        (LSTM(), (8,), "network.layers.0"),
        (GRU(), (3, 8, 8), "network.layers.0"),
        (LSTM(bias=False, forget_bias=1), (3, 8), "network.layers.0.forget_bias"),
    ],
)
def test_what_cannot_be_read_as_a_sequence_is_refused(layer: Any, shape: tuple[int, ...], where: str) -> None:
    with pytest.raises(BadExperiment) as refused:
        Network([layer], *shape)
    assert [(p.where, p.code) for p in refused.value.problems] == [(where, "shape")]


def test_a_hidden_size_out_of_range_is_refused() -> None:
    with pytest.raises(BadExperiment, match=r"hidden_size: expected a number from 1 to 4096, got 0"):
        LSTM(hidden_size=0)


def test_costs_are_exact_and_nothing_is_allocated() -> None:
    network = Network([LSTM(hidden_size=4096, num_layers=3)], 10**6, 10**6)
    assert network.multiply_adds == 10**6 * 4 * 4096 * ((10**6 + 4096) + 2 * (4096 + 4096))
    assert network.memory(1, "float32") > 10**6 * 4096 * 4


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_exploding_state_is_a_value_in_float32(cell: Recurrent) -> None:
    """Of weights of 10⁴, a relu network reaches infinity in ten steps; gates saturate. Nothing stops or warns."""
    made = training([replace(cell, returns="h_n")], 2, 12, dtype="float32")
    for parameter in made.parameters.named.values():
        parameter.value[...] = np.abs(parameter.value) * 1e4
    made.x[...] = np.abs(made.x) + 1
    with np.errstate(all="ignore"):
        made.run_step()
    explodes = isinstance(cell, RNN) and cell.nonlinearity == "relu"
    assert np.isinf(made.nodes[0].kept["hidden state"]).any() == explodes
    assert np.isfinite(made.loss) != explodes


def test_an_infinite_input_goes_through_a_gru_as_in_pytorch() -> None:
    """tanh and σ of it are 1, so the state stays finite: what x says of n is no product with the state's zeros."""
    made = training([GRU(hidden_size=3)], 2, 4)
    made.x[0, :, 1] = np.inf
    with np.errstate(all="ignore"):
        made.run_pass()
    assert np.isfinite(made.output.data).all()
