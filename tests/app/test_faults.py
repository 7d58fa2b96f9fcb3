"""Bad input and bad numbers, through the doors that a person has: a document, a message, a request.

Each becomes a problem with its place, or a value that is shown; never a crash, never something else than was asked.
"""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.conversation import SMALL, Conversation
from tests.app.service import BUILT, JSON, URL

pytestmark = BUILT
MSE: dict[str, Any] = {"loss": {"kind": "MSELoss"}}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Settings()), base_url=URL, headers=JSON)


def linear(out_features: Any, **fields: Any) -> dict[str, Any]:
    return {"kind": "Linear", "out_features": out_features, **fields}


def layers(*listed: Any, **fields: Any) -> dict[str, Any]:
    return {"network": {"layers": list(listed)}, **fields}


def refused(client: TestClient, document: Any) -> list[tuple[str, str, str]]:
    """Place, code and what came, of every problem of a document or of the bytes of one."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    reply = client.post("/api/check", content=content)
    assert reply.status_code == 422
    return [(found["where"], found["code"], found["came"]) for found in reply.json()["problems"]]


def picture(*listed: Any) -> dict[str, Any]:
    """On digits as pictures of one channel, 8 × 8; ten outputs."""
    seen = ({"kind": "Unflatten", "unflattened_size": [1, 8, 8]}, *listed, {"kind": "Flatten"}, linear(10))
    return layers(*seen, data={"kind": "digits"}, loss={"kind": "CrossEntropyLoss"})


class TestANetwork:
    """What is wrong with it is named; costs are Python integers, computed before anything is allocated."""

    @pytest.mark.parametrize(
        ("width", "code"),
        [
            (10**12, "less_than_equal"),
            (2**63, "less_than_equal"),
            (-1, "greater_than_equal"),
            (0, "greater_than_equal"),
            (1.5, "type"),
            ("64", "type"),
            (True, "type"),
            (None, "type"),
        ],
    )
    def test_of_a_width_that_is_none_is_refused(self, client: TestClient, width: Any, code: str) -> None:
        found = refused(client, layers(linear(width)))
        assert [each[:2] for each in found] == [("network.layers.0.out_features", code)]

    def test_of_too_many_layers_is_refused_by_their_number_or_by_the_length_of_the_text(
        self, client: TestClient
    ) -> None:
        assert refused(client, layers(*[{"kind": "Tanh"}] * 5000)) == [("network.layers", "layer_count", "5000")]
        assert refused(client, layers(*[{"kind": "Tanh"}] * 10**6))[0][1] == "too_long"

    def test_of_a_huge_product_is_refused_with_the_number_itself(self, client: TestClient) -> None:
        found = {code: came for _, code, came in refused(client, layers(*[linear(4096)] * 255, linear(1)))}
        weights = 4096 * 3 + 254 * 4096 * 4097 + 4097
        products = 2 * 4096 + 254 * 4096**2 + 4096
        assert found["too_many_parameters"] == f"{weights:,}"
        assert found["too_slow"] == f"{3 * 32 * products:,}"
        assert [each[:2] for each in refused(client, layers(linear(65536), linear(65536)))] == [
            ("network.layers.0.out_features", "less_than_equal"),
            ("network.layers.1.out_features", "less_than_equal"),
        ]

    @pytest.mark.parametrize(
        ("listed", "where", "code", "came"),
        [
            ([linear(2, name="a", inputs=["b"]), linear(2, name="b", inputs=["a"])], "0.inputs.0", "not_before", "b"),
            ([linear(2, name="a", inputs=["a"])], "0.inputs.0", "not_before", "a"),
            ([linear(2, inputs=["gone"])], "0.inputs.0", "no_such_layer", "gone"),
            ([linear(2, name="a"), linear(1, name="a")], "1.name", "name_taken", "a"),
            ([linear(2, name="a"), linear(1, inputs=["input"])], "0", "unread", "a, which nothing reads"),
            ([{"kind": "Frobnicate"}], "0.kind", "kind", "'Frobnicate'"),
        ],
        ids=["a cycle", "a loop", "an edge from nowhere", "a name twice", "two outputs", "an unknown kind"],
    )
    def test_that_is_no_graph_is_refused_at_the_layer(
        self, client: TestClient, listed: list[Any], where: str, code: str, came: str
    ) -> None:
        assert refused(client, layers(*listed)) == [(f"network.layers.{where}", code, came)]

    def test_whose_shapes_do_not_fit_is_refused_at_the_edge_with_both_shapes(self, client: TestClient) -> None:
        listed = [linear(3, name="a"), linear(2, name="b"), {"kind": "Add", "inputs": ["a", "a", "b"]}, linear(1)]
        assert refused(client, layers(*listed)) == [("network.layers.2.inputs.2", "shape", "(3,) and (2,)")]

    @pytest.mark.parametrize(
        ("layer", "where", "code"),
        [
            ({"kind": "Conv2d", "kernel_size": [9, 9]}, "1.kernel_size", "shape"),
            ({"kind": "Conv2d", "kernel_size": [2, 2], "dilation": [8, 8]}, "1.kernel_size", "shape"),
            ({"kind": "Conv2d", "stride": [0, 1]}, "1.stride.0", "greater_than_equal"),
            ({"kind": "Conv2d", "padding": [-1, 0]}, "1.padding.0", "greater_than_equal"),
            ({"kind": "Conv2d", "groups": 3}, "1.groups", "shape"),
            ({"kind": "MaxPool2d", "kernel_size": [9, 1]}, "1.kernel_size", "shape"),
            ({"kind": "AvgPool2d", "stride": [0, 1]}, "1.stride.0", "greater_than_equal"),
            ({"kind": "GroupNorm", "num_groups": 3}, "1.num_groups", "shape"),
            ({"kind": "BatchNorm1d"}, "1", "shape"),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_whose_picture_a_layer_cannot_take_is_refused_at_the_setting(
        self, client: TestClient, layer: dict[str, Any], where: str, code: str
    ) -> None:
        found = refused(client, picture(layer))
        assert [each[:2] for each in found] == [(f"network.layers.{where}", code)]

    def test_whose_heads_do_not_share_the_features_is_refused(self, client: TestClient) -> None:
        rows = {"kind": "Unflatten", "unflattened_size": [8, 8]}
        heads = {"kind": "MultiheadAttention", "num_heads": 3}
        asked = layers(rows, heads, {"kind": "Flatten"}, linear(10), data={"kind": "digits"})
        (found,) = refused(client, {**asked, "loss": {"kind": "CrossEntropyLoss"}})
        assert found[:2] == ("network.layers.1.num_heads", "shape")

    def test_with_batch_norm_refuses_a_batch_of_one_and_says_why(self, client: TestClient) -> None:
        asked = layers(linear(4), {"kind": "BatchNorm1d"}, linear(1), batch=1)
        assert refused(client, asked) == [("network.layers.1", "batch_too_small", "1")]


class TestASetting:
    @pytest.mark.parametrize(
        ("text", "where", "code"),
        [
            ('{"optimizer": {"kind": "SGD", "lr": NaN}}', "optimizer.lr", "finite"),
            ('{"optimizer": {"kind": "SGD", "lr": Infinity}}', "optimizer.lr", "finite"),
            ('{"optimizer": {"kind": "SGD", "lr": 1e999}}', "optimizer.lr", "finite"),
            ('{"optimizer": {"kind": "SGD", "lr": -1}}', "optimizer.lr", "greater_than_equal"),
            ('{"optimizer": {"kind": "SGD", "lr": 1e308}}', "optimizer.lr", "less_than_equal"),
            ('{"optimizer": {"kind": "Adam", "betas": [1, 0.9]}}', "optimizer.betas.0", "less_than_equal"),
            ('{"optimizer": {"kind": "Adam", "betas": [0.9, 1]}}', "optimizer.betas.1", "less_than_equal"),
            ('{"optimizer": {"kind": "Adam", "eps": 0}}', "optimizer.eps", "greater_than"),
            ('{"seeds": {"init": -1}}', "seeds.init", "greater_than_equal"),
            ('{"seeds": {"init": 4294967296}}', "seeds.init", "less_than_equal"),
            ('{"seeds": {"init": null}}', "seeds.init", "type"),
        ],
    )
    def test_that_cannot_be_is_refused(self, client: TestClient, text: str, where: str, code: str) -> None:
        assert [each[:2] for each in refused(client, text.encode())] == [(where, code)]

    def test_of_a_rate_of_nothing_is_taken_with_a_note_and_moves_nothing(self, client: TestClient) -> None:
        still = {**SMALL, "optimizer": {"kind": "Adam", "lr": 0.0}}
        found = client.post("/api/check", json=still).json()
        assert [(note["where"], note["code"]) for note in found["notes"]] == [("optimizer.lr", "still")]
        assert client.post("/api/check", json=SMALL).json()["notes"] == []
        talk = Conversation()
        talk.open(still)
        assert not talk.ask("advance", steps=5).sections(talk.graph)["update"].any()

    def test_of_a_start_beyond_all_numbers_is_refused(self, client: TestClient) -> None:
        wild = linear(1, weight_init={"kind": "xavier_normal", "gain": 1e300})
        assert refused(client, layers(wild)) == [("network.layers.0.weight_init.gain", "less_than_equal", "1e+300")]

    @pytest.mark.parametrize(
        ("share", "code"), [(1, "less_than_equal"), (1.5, "less_than_equal"), (-0.1, "greater_than_equal")]
    )
    def test_of_a_share_that_leaves_nothing_or_more_than_all_is_refused(
        self, client: TestClient, share: float, code: str
    ) -> None:
        (found,) = refused(client, layers(linear(4), {"kind": "Dropout", "p": share}, linear(1)))
        assert found[:2] == ("network.layers.1.p", code)

    def test_of_a_share_of_nothing_changes_nothing(self) -> None:
        talk = Conversation()
        found = talk.open(layers(linear(4), {"kind": "Dropout", "p": 0.0}, linear(1))).sections(talk.graph)
        np.testing.assert_array_equal(found["value:1"], found["value:0"])

    def test_left_out_is_a_seed_of_0_and_any_seed_gives_the_same_bytes_again(self) -> None:
        def frame(**seeds: int) -> bytes:
            talk = Conversation()
            talk.open({**SMALL, "seeds": seeds})
            return bytes(talk.ask("advance", steps=20).rest)

        assert frame() == frame(init=0, order=0)
        assert frame(init=2**32 - 1) == frame(init=2**32 - 1) != frame()


class TestADocument:
    @pytest.mark.parametrize(
        ("document", "code"),
        [
            (b"[" * 100_000, "not_json"),
            (b'{"batch": ' + b"9" * 5000 + b"}", "not_json"),
            (b'{"batch": 4, "batch": 8}', "twice"),
            (b'{"colour": 1}', "unknown"),
            (b'{"__proto__": {"batch": 1}}', "unknown"),
            (b'{"constructor": {"prototype": {}}}', "unknown"),
            ("\ufeff{}".encode(), "not_json"),
            ("{}".encode("utf-16"), "not_json"),
            ("{}".encode("utf-32"), "not_json"),
            (b'{"name": "\xff"}', "not_json"),
            (b'{"version": 2}', "version"),
            (b'{"version": 0}', "version"),
            (pickle.dumps({"batch": 4}), "not_json"),
        ],
        ids=lambda value: repr(value)[:40],
    )
    def test_that_is_none_is_refused_with_a_code(self, client: TestClient, document: bytes, code: str) -> None:
        assert [each[1] for each in refused(client, document)] == [code]

    def test_that_is_an_archive_is_refused_and_never_opened(self, client: TestClient) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("experiment.json", "{}")
        assert refused(client, archive.getvalue())[0][1] == "not_json"


class TestNumbersThatAreNone:
    """The run goes on being shown: frames name the first operation that made one, and JSON never holds one."""

    @staticmethod
    def exploded(**fields: Any) -> Conversation:
        talk = Conversation()
        talk.open({**SMALL, "optimizer": {"kind": "SGD", "lr": 1e6}, "loss": {"kind": "MSELoss"}, **fields})
        return talk

    def test_are_named_by_their_first_operation_in_the_frame(self) -> None:
        relu = [linear(8), {"kind": "ReLU"}, linear(8), {"kind": "ReLU"}, linear(1)]
        talk = self.exploded(**layers(*relu))
        header = talk.ask("advance", steps=50).header
        assert talk.graph["nodes"][header["node"]]["kind"] == "Linear"

    def test_from_a_start_that_overflows_leave_every_request_an_answer(self) -> None:
        wild = {"weight_init": {"kind": "normal", "std": 1e6}}
        talk = Conversation()
        first = talk.open(layers(*[linear(64, **wild)] * 8, linear(1, **wild)))
        assert first.header["node"] >= 0
        for kind, fields in (("advance", {"steps": 5}), ("respond", {}), ("predict", {}), ("seek", {"step": 2})):
            assert talk.ask(kind, **fields) is not None
        proved = talk.ask("prove", parameter="0.weight", index=[0, 0])
        assert (proved["kind"], proved["slope"]) == ("proved", None)

    def test_of_a_recurrent_network_that_explodes_are_infinities_in_its_frame(self) -> None:
        """Eight units that give each other 100 times as much: 800²⁰ is beyond float32."""
        starts = {"weight_ih_init": {"kind": "ones"}, "weight_hh_init": {"kind": "constant", "val": 100.0}}
        cell = {"kind": "RNN", "hidden_size": 8, "nonlinearity": "relu", **starts}
        listed = [cell, {"kind": "Flatten"}, linear(1)]
        talk = Conversation()
        frame = talk.open(layers(*listed, data={"kind": "adding", "length": 20}, **MSE))
        found = frame.sections(talk.graph)
        assert talk.graph["nodes"][frame.header["node"]]["kind"] == "RNN"
        assert np.isinf(found["value:0"]).all()
        assert talk.ask("summarize")["kind"] == "statistics"

    def test_do_not_hide_the_numbers_before_them(self) -> None:
        """Infinity is sent as infinity; norms are taken in float64, where the square of 1e30 still is a number."""
        large = {"weight_init": {"kind": "constant", "val": 1e6}, "bias_init": {"kind": "zeros"}}
        talk = Conversation()
        found = talk.open(layers(*[linear(8, **large)] * 6, linear(1, **large))).sections(talk.graph)
        values = [found[f"value:{node}"] for node in range(7)]
        assert np.isfinite(values[0]).all()
        assert np.isinf(values[-1]).all()
        assert np.isfinite(found["norms"][:14]).all()


class TestCorners:
    """Where a formula as it stands in books has no number."""

    @pytest.mark.parametrize("loss", ["CrossEntropyLoss", "BCEWithLogitsLoss", "MSELoss", "HuberLoss"])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_of_answers_that_are_surely_wrong_have_a_finite_loss_and_gradient(self, loss: str, dtype: str) -> None:
        """Logits of ±10⁴: shares of exactly 0 and 1."""
        sure = linear(2 if loss == "CrossEntropyLoss" else 1, weight_init={"kind": "normal", "std": 1e4})
        talk = Conversation()
        frame = talk.open(layers(sure, loss={"kind": loss}, data={"kind": "moons"}, dtype=dtype))
        assert frame.header["node"] == -1
        assert all(np.isfinite(frame.sections(talk.graph)[name]).all() for name in ("delta:0", "gradient", "losses"))

    @pytest.mark.parametrize("norm", ["LayerNorm", "RMSNorm", "GroupNorm", "BatchNorm1d"])
    def test_of_vectors_of_zeros_can_be_normalized(self, norm: str) -> None:
        zeros = linear(4, weight_init={"kind": "zeros"}, bias_init={"kind": "zeros"})
        talk = Conversation()
        found = talk.open(layers(zeros, {"kind": norm}, linear(1))).sections(talk.graph)
        assert not found["value:1"].any()
        assert np.isfinite(found["gradient"]).all()

    def test_of_roots_and_logarithms_of_0_are_answered_without_a_number(self, client: TestClient) -> None:
        for formula in ("f = sqrt(x)", "f = log(x)", "f = 1 / x", "f = x ** -1"):
            reply = client.post("/api/expression", json={"expression": formula, "inputs": {"x": 0}})
            assert (reply.status_code, reply.json()["inputs"][0]["gradient"]) == (200, None)


class TestNumbersNearZero:
    def test_that_float32_holds_only_below_its_normal_range_are_shown_and_not_rounded_away(self) -> None:
        """A gradient of 1e-40, through forty sigmoids."""
        stack = [linear(8), {"kind": "Sigmoid"}] * 42
        talk = Conversation()
        found = talk.open(layers(*stack, linear(1))).sections(talk.graph)
        smallest = np.finfo(np.float32).tiny
        norms = found["norms"][len(found["norms"]) // 3 : 2 * len(found["norms"]) // 3]
        assert ((norms > 0) & (norms < smallest)).any()

    def test_of_units_that_are_all_dead_are_zeros_and_the_rest_goes_on(self) -> None:
        dead = linear(8, bias_init={"kind": "constant", "val": -1e6})
        talk = Conversation()
        talk.open(layers(dead, {"kind": "ReLU"}, linear(1)))
        frame = talk.ask("advance", steps=100)
        found = frame.sections(talk.graph)
        assert frame.header["node"] == -1
        assert not found["delta:0"].any()
        assert np.isfinite(found["norms"]).all()
        assert talk.ask("prove", parameter="0.weight", index=[0, 0])["difference"] == 0

    def test_of_examples_that_are_all_alike_have_finite_statistics(self) -> None:
        constant = linear(4, weight_init={"kind": "zeros"})
        talk = Conversation()
        talk.open(layers(constant, {"kind": "BatchNorm1d"}, {"kind": "Tanh"}, linear(1)))
        found = talk.ask("advance", steps=20).sections(talk.graph)
        del found["scalars"]  # there NaN says that there is none
        assert all(np.isfinite(numbers).all() for numbers in found.values())
