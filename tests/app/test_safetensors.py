"""Arrays go to bytes and come back; a file that is not what it says is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.export.safetensors import LARGEST_HEADER, BadWeights, packed, unpacked
from engine.tensor import Array


def test_our_reader_reads_the_files_of_the_reference() -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    arrays: dict[str, Array] = {
        "b": np.arange(6.0).reshape(2, 3),
        "a": np.array([1, 2], np.float32),
        "none": np.zeros((0, 4)),
        "n": np.array(3),
    }
    found = unpacked(safetensors.save(arrays, metadata={"made": "elsewhere"}))
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
kinds = st.sampled_from(["<f8", "<f4", "<i8", ">f4"])
contents = st.dictionaries(
    st.text(max_size=8).filter(lambda t: t != "__metadata__"), st.tuples(shapes, kinds), max_size=5
)


@given(contents)
def test_what_is_packed_is_unpacked(wanted: dict[str, tuple[tuple[int, ...], str]]) -> None:
    arrays = {name: np.arange(np.prod(shape)).reshape(shape).astype(kind) for name, (shape, kind) in wanted.items()}
    found = unpacked(packed(arrays))
    assert set(found) == set(arrays)
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


def test_numbers_begin_on_a_multiple_of_eight_and_views_are_written_as_they_read() -> None:
    array = np.arange(12.0).reshape(3, 4)
    content = packed({"view": array[:, :3].T, "odd name": np.array([1], np.float32)})
    assert int.from_bytes(content[:8], "little") % 8 == 0
    assert np.array_equal(unpacked(content)["view"], array[:, :3].T)


def test_other_kinds_of_numbers_are_not_written() -> None:
    with pytest.raises(TypeError, match="mask: expected float64, float32 or int64, got bool"):
        packed({"mask": np.zeros(2, bool)})


def file(header: str | bytes, data: bytes = b"") -> bytes:
    text = header.encode() if isinstance(header, str) else header
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: str = '"F32"', shape: str = "[2]", offsets: str = "[0,8]") -> str:
    return f'{{"dtype":{dtype},"shape":{shape},"data_offsets":{offsets}}}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected at least the 8 bytes"),
        (b"PK\x03\x04 a zip archive, renamed", "is it a safetensors file"),
        ((2**63).to_bytes(8, "little") + b"{}", "expected a header of at most 2 bytes"),
        (file(b" " * (LARGEST_HEADER + 1)), "expected a header of at most 1,000,000 bytes"),
        (file("{"), "expected a header of JSON"),
        (file(b'{"\xff": 1}'), "expected a header of JSON"),
        (file("[" * 100_000), "expected a header of JSON"),
        (file("[]"), "expected a header that is an object, got list"),
        (file('{"a":1}'), "a: expected dtype, shape and data_offsets, got 1"),
        (file('{"a":' + entry() + ',"a":' + entry() + "}", bytes(8)), "one name twice"),
        (
            file('{"a":' + entry(dtype='"F16"') + "}", bytes(8)),
            "a: expected a dtype of F64, F32, I64, got F16",
        ),
        (file('{"a":' + entry(dtype="[1]") + "}", bytes(8)), r"a: expected a dtype of .*, got \[1\]"),
        (file('{"a":' + entry(shape="[-2]") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (file('{"a":' + entry(shape="[true]") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (file('{"a":' + entry(shape="[2.0]") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (file('{"a":' + entry(shape="2") + "}", bytes(8)), "a: expected a list of whole numbers"),
        (
            file('{"a":' + entry(shape="[9223372036854775807,0]", offsets="[0,0]") + "}"),
            "a: expected a list of whole",
        ),
        (file('{"a":' + entry(shape="[1,1,1,1,1,1,1,1,2]") + "}", bytes(8)), "at most 8 dimensions"),
        (file('{"a":' + entry(offsets="[0,8,8]") + "}", bytes(8)), "and 2 offsets, got 1 and 3"),
        (file('{"a":' + entry(shape="[3]") + "}", bytes(8)), "a: expected 12 bytes for its shape, got 8"),
        (file('{"a":' + entry(offsets="[8,0]") + "}", bytes(8)), "a: expected 8 bytes for its shape, got -8"),
        (file('{"a":' + entry(offsets="[4,12]") + "}", bytes(12)), "a: expected data from byte 0, .*, got 4"),
        (
            file('{"a":' + entry() + ',"b":' + entry() + "}", bytes(8)),
            "b: expected data from byte 8, .*, got 0",
        ),
        (file('{"a":' + entry() + "}", bytes(7)), "within the file's 7 bytes, got an end of 8"),
        (file('{"a":' + entry() + "}", bytes(9)), "expected 8 bytes of data, got 9"),
    ],
    ids=range(25),
)
def test_a_file_that_lies_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadWeights, match=message):
        unpacked(content)


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(place: int, damage: bytes) -> None:
    content = bytearray(packed({"0.weight": np.ones((2, 3), np.float32), "0.bias": np.ones(2, np.float32)}))
    at = place % len(content)
    content[at : at + len(damage)] = damage
    try:
        unpacked(bytes(content))
    except BadWeights as error:
        assert str(error)
