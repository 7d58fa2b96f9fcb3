"""What an exported script says: its text, as a person reads it."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, replace
from typing import Any, get_args

import pytest

from app.export.pytorch.expressions import EXPRESSIONS
from app.export.pytorch.modules import LEADING, NAMES, OURS, shortened
from app.export.pytorch.names import RESERVED
from app.export.pytorch.own import CLASSES
from app.export.pytorch.script import Script, script
from engine.clipping import ClipGradNorm
from engine.data.choices import Generated
from engine.experiment import Experiment, Layers
from engine.initializers import Constant, KaimingNormal, Normal, Uniform
from engine.layer import WIRING, Composite
from engine.layers.any_layer import LAYERS
from engine.layers.attention import MultiheadAttention
from engine.layers.batch_norm import BatchNorm1d
from engine.layers.convolution import Conv2d
from engine.layers.convolution_transposed import ConvTranspose2d
from engine.layers.embedding import Embedding
from engine.layers.layer_norm import LayerNorm
from engine.layers.linear import Linear
from engine.layers.positions import PositionalEmbedding
from engine.layers.recurrent_lstm import LSTM
from engine.network import Network
from engine.operations.elementwise import Softplus, Tanh
from engine.operations.join import Add
from engine.operations.losses import CrossEntropyLoss, HuberLoss
from engine.operations.pooling_average import AdaptiveAvgPool2d, AvgPool2d
from engine.operations.pooling_max import MaxPool2d
from engine.operations.reductions import Mean
from engine.operations.shape import Flatten, Transpose
from engine.optimizers.rmsprop import RMSprop
from engine.problem import BadExperiment
from engine.schedules import AnySchedule, CosineAnnealingLR
from tests.app.networks import BRANCHES, SMALL, Residual


def test_only_what_differs_from_pytorch_is_spelled_out() -> None:
    plain = script(Experiment())
    assert "torch.optim.Adam(model.parameters(), lr=0.001)" in plain
    assert "nn.Tanh()," in plain
    assert "nn.init" not in plain
    assert "set_default_dtype" not in plain
    changed = script(
        Experiment(
            data=Generated("plane"),
            network=Layers((Linear(out_features=6), Softplus(beta=2.0), Linear(out_features=1))),
            loss=HuberLoss(delta=0.5),
            optimizer=RMSprop(centered=True, momentum=0.5),
        )
    )
    assert "nn.Softplus(beta=2.0)," in changed
    assert "nn.HuberLoss(delta=0.5)" in changed
    assert "RMSprop(model.parameters(), lr=0.01, momentum=0.5, centered=True)" in changed
    assert 'nn.GELU(approximate="tanh"),' in script(SMALL)
    assert "nn.Linear(5, 4, bias=False)," in script(SMALL)


def test_convolutions_and_pools_are_written_with_one_number_for_two_alike() -> None:
    layers = (
        Conv2d(out_channels=4, padding=(1, 1)),
        MaxPool2d(kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)),
        Conv2d(out_channels=2, kernel_size=(3, 2), stride=(1, 2), groups=2),
        ConvTranspose2d(out_channels=1, stride=(2, 1), output_padding=(1, 0)),
        AvgPool2d(),
        AdaptiveAvgPool2d(output_size=(4, 2)),
        Flatten(),
        Linear(out_features=10),
    )
    picture = written(layers, 1, 8, 8)
    assert "nn.Conv2d(1, 4, 3, padding=1)," in picture
    assert "nn.MaxPool2d(3, stride=1, padding=1)," in picture
    assert "nn.AvgPool2d(2)," in picture
    assert "nn.AdaptiveAvgPool2d((4, 2))," in picture
    assert "nn.Conv2d(4, 2, (3, 2), stride=(1, 2), groups=2)," in picture
    assert "nn.ConvTranspose2d(2, 1, 3, stride=(2, 1), output_padding=(1, 0))," in picture


def test_initializers_are_written_with_pytorchs_arguments() -> None:
    layers = (
        Linear(
            out_features=4,
            weight_init=KaimingNormal(mode="fan_out", nonlinearity="relu"),
            bias_init=Constant(),
        ),
        Linear(out_features=1, weight_init=Uniform(a=0.5, b=-0.5), bias_init=Normal(std=0.1)),
    )
    text = script(Experiment(network=Layers(layers)))
    assert 'nn.init.kaiming_normal_(model[0].weight, mode="fan_out", nonlinearity="relu")' in text
    assert "nn.init.constant_(model[0].bias, val=0.1)" in text
    assert "nn.init.uniform_(model[1].weight, a=-0.5, b=0.5)" in text
    assert "nn.init.normal_(model[1].bias, std=0.1)" in text


@pytest.mark.parametrize("name", ['"""\nimport os', "'); x = (1", "{layers}", "\\", "a\u2028b", "\u202e", "학교", "#"])
def test_a_name_cannot_become_code(name: str) -> None:
    statements = [ast.dump(each) for each in ast.parse(script(replace(SMALL, name=name))).body]
    assert statements == [ast.dump(each) for each in ast.parse(script(SMALL)).body]


def test_an_experiment_that_cannot_run_is_not_exported() -> None:
    with pytest.raises(BadExperiment):
        script(Experiment(network=Layers(())))


def the_network(text: str) -> str:
    """What a script defines of its own, up to the criterion."""
    return text[text.index("HERE = ") : text.index("criterion = ")].split("\n", 3)[3]


def test_a_graph_reads_as_a_person_would_write_it() -> None:
    text = script(Experiment(network=Layers(BRANCHES)))
    assert (
        the_network(text)
        == """\
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(10, 5)
        self.tanh = nn.Tanh()
        self.second = nn.Linear(5, 10)

    def forward(self, x):
        h = self.first(x)
        h = self.tanh(h)
        h = self.second(h)
        return h + x


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Linear(2, 4)
        self.class_ = nn.Tanh()
        self.gate = nn.Linear(4, 4)
        self.residual_5 = Residual()
        self.train_ = nn.Linear(10, 10)
        self.linear_9 = nn.Linear(10, 1)

    def forward(self, x):
        wide = self.wide(x)
        class_ = self.class_(wide)
        h = self.gate(wide)
        h = class_ * h
        h = torch.cat([h, x, wide], dim=1)
        h = self.residual_5(h)
        h = self.residual_5(h)
        h = self.train_(h)
        h = self.train_(h)
        return self.linear_9(h)


model = Network()
"""
    )
    assert "called by its kind and its place: residual_5 is layer 5." in text
    assert "Layer train is called train_, since" in text


def test_a_chain_with_names_is_still_sequential() -> None:
    layers = (Linear(name="hidden"), Tanh(), Residual(name="block"), Linear(out_features=1))
    text = script(Experiment(network=Layers(layers)))
    assert the_network(text).endswith("""

model = nn.Sequential(OrderedDict(
    hidden=nn.Linear(2, 8),
    tanh_1=nn.Tanh(),
    block=Residual(),
    linear_3=nn.Linear(8, 1),
))
""")
    assert "from collections import OrderedDict" in text


def test_layers_made_of_layers_of_other_sizes_are_other_classes() -> None:
    layers = (Residual(), Residual(), Linear(out_features=7), Residual(), Linear(out_features=1))
    text = script(Experiment(network=Layers(layers)))
    assert text.count("class Residual(nn.Module)") == text.count("class Residual2(nn.Module)") == 1
    assert "Residual3" not in text
    assert the_network(text).endswith(
        "    Residual(),\n    Residual(),\n    nn.Linear(2, 7),\n    Residual2(),\n    nn.Linear(7, 1),\n)\n"
    )


def test_every_word_that_pytorch_has_taken_is_known() -> None:
    torch = pytest.importorskip("torch")
    taken = {word for word in dir(torch.nn.Sequential()) if not word.startswith("_")}
    assert taken <= RESERVED


@pytest.mark.parametrize("kind", [layer for layer in LAYERS if not issubclass(layer, Composite)])
def test_arguments_have_pytorchs_names_and_defaults(kind: type[Any]) -> None:
    """So that it is enough to spell out those that differ from ours."""
    torch = pytest.importorskip("torch")
    if kind.__name__ in EXPRESSIONS or kind.__name__ in CLASSES:
        return
    theirs = inspect.signature(getattr(torch.nn, NAMES.get(kind.__name__, kind.__name__))).parameters
    own = {"kind", *WIRING, *LEADING.get(kind.__name__, ()), *OURS.get(kind.__name__, ())}
    for field in fields(kind):
        if field.name not in own and not field.name.endswith("_init"):
            assert theirs[field.name].default == shortened(field.name, field.default), field.name


def written(layers: tuple[Any, ...], *shape: int) -> str:
    """The script of these layers on inputs of this shape, under a loss of labels."""
    experiment = Experiment(network=Layers(layers), loss=CrossEntropyLoss())
    return Script(experiment, Network(layers, *shape)).text()


def test_a_network_that_reads_tokens_moves_no_axis() -> None:
    layers = (
        Embedding(name="tokens", num_embeddings=20, embedding_dim=8),
        PositionalEmbedding(name="places", max_len=32),
        LayerNorm(name="norm"),
        MultiheadAttention(name="attention", num_heads=2, is_causal=True),
        Add(inputs=("places", "attention")),
        LSTM(name="reader", hidden_size=6, num_layers=2),
        Linear(name="out", out_features=20),
    )
    text = written(layers, 1, 12)
    assert (
        the_network(text)
        == """\
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(20, 8)
        self.places = nn.Embedding(32, 8)
        self.norm = nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.reader = nn.LSTM(8, 6, num_layers=2, batch_first=True)
        self.out = nn.Linear(6, 20)

    def forward(self, x):
        h = self.tokens(x)
        places = h + self.places.weight[:12]
        h = self.norm(places)
        h = self.attention(h, h, h, attn_mask=torch.ones(12, 12, dtype=torch.bool).triu(1), need_weights=False)[0]
        h = places + h
        h = self.reader(h)[0]
        return self.out(h)


model = Network()
"""
    )
    assert "x of shape (32, 12)" in text
    assert "torch.randint(20, (32, 12)), torch.randint(20, (32, 12))" in text
    assert "criterion(model(x).flatten(0, -2), y.flatten())" in text


def test_axes_are_moved_only_where_a_module_needs_them_elsewhere() -> None:
    text = written((Linear(out_features=4), Tanh(), BatchNorm1d(), Transpose(), Linear(out_features=3), Mean()), 2, 7)
    assert (
        the_network(text).split("forward(self, x):\n")[1]
        == """\
        h = self.linear_0(x)
        h = self.tanh_1(h)
        h = self.batchnorm1d_2(h.transpose(1, 2))
        h = h.transpose(1, 2)
        h = self.linear_4(h.transpose(1, 2))
        return h.mean(1)


model = Network()
"""
    )


def test_what_a_step_does_to_the_gradient_is_a_function_of_its_own() -> None:
    layers = (Linear(name="held", frozen=True), Tanh(), Linear(out_features=1))
    plain = script(Experiment(network=Layers(layers)))
    assert "optimizer = torch.optim.Adam(trained, lr=0.001)" in plain
    assert 'frozen = ("held.",)' in plain
    assert "    optimizer.step()\n" in plain
    assert "descend" not in plain
    schedule, clip = CosineAnnealingLR(eta_min=0.001), ClipGradNorm()
    text = script(Experiment(schedule=schedule, clip=clip, l1=0.01, batch=16, accumulate=4))
    assert "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=1000, eta_min=0.001)" in text
    assert (
        """\
    for parameter in model.parameters():  # the slope of 0.01 times the sum of all |w|
        parameter.grad.add_(parameter.detach().sign(), alpha=0.01)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
"""
        in text
    )
    assert "loss = sum(criterion(model(a), b) for a, b in zip(x.split(16), y.split(16))) / 4" in text
    assert "x of shape (64, 2)" in text


@pytest.mark.parametrize("schedule", get_args(get_args(AnySchedule)[0])[1:])
def test_schedules_have_pytorchs_names_and_defaults(schedule: type[Any]) -> None:
    torch = pytest.importorskip("torch")
    theirs = inspect.signature(getattr(torch.optim.lr_scheduler, schedule.__name__)).parameters
    written = script(Experiment(schedule=schedule())).split(f"{schedule.__name__}(optimizer, ")[1].split("\n")[0]
    for field in fields(schedule):
        if field.name != "kind":
            assert f"{field.name}=" in written or theirs[field.name].default == field.default, field.name
