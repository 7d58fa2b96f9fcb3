"""Arrays to bytes and back, in the safetensors format: no code runs when such a file is read.

A file is the length of its header (8 bytes, little-endian), the header (JSON: name → dtype, shape,
data_offsets), and the arrays' bytes one after another. Offsets count from the end of the header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from engine.tensor import Array

KINDS: dict[str, np.dtype[Any]] = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "I64": np.dtype("<i8")}
NAMES = {kind: name for name, kind in KINDS.items()}
LARGEST = 256_000_000  # bytes of a file that is read
LARGEST_HEADER = 1_000_000
DIMENSIONS = 8
METADATA = "__metadata__"


class BadWeights(ValueError):
    """A file that is not what the format says; the message tells what was expected and what came."""


def packed(arrays: Mapping[str, Array]) -> bytes:
    """The file of these arrays; float64, float32 or int64, in this order but for wider numbers first."""
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    end = 0
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize):
        kind = array.dtype.newbyteorder("<")
        if kind not in NAMES:
            raise TypeError(f"{name}: expected float64, float32 or int64, got {array.dtype}; convert it first")
        parts.append(array.astype(kind, copy=False).tobytes())
        start, end = end, end + len(parts[-1])
        header[name] = {"dtype": NAMES[kind], "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin on a multiple of their size
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def unpacked(content: bytes) -> dict[str, Array]:
    """The arrays of a file, copied; BadWeights unless every byte of it is accounted for exactly once."""
    header, data = _parts(content)
    found = {name: _entry(name, entry) for name, entry in header.items() if name != METADATA}
    reached = 0
    arrays = {}
    for name, (kind, shape, start, end) in sorted(found.items(), key=lambda item: item[1][2:]):
        if start != reached:
            raise BadWeights(f"{name}: expected data from byte {reached}, where the last ended, got {start}")
        if end > len(data):
            raise BadWeights(f"{name}: expected data within the file's {len(data)} bytes, got an end of {end}")
        arrays[name] = np.frombuffer(data[start:end], kind).reshape(shape).copy()
        reached = end
    if reached != len(data):
        raise BadWeights(f"expected {reached} bytes of data, got {len(data)}; the file was cut or added to")
    return {name: arrays[name] for name in found}


def _parts(content: bytes) -> tuple[dict[str, Any], memoryview]:
    """Header and data, their lengths checked before anything is parsed."""
    if len(content) > LARGEST:
        raise BadWeights(f"expected at most {LARGEST:,} bytes, got {len(content):,}")
    if len(content) < 8:
        raise BadWeights(f"expected at least the 8 bytes of a header's length, got {len(content)}")
    length = int.from_bytes(content[:8], "little")
    if length > min(LARGEST_HEADER, len(content) - 8):
        most = min(LARGEST_HEADER, len(content) - 8)
        raise BadWeights(f"expected a header of at most {most:,} bytes, got {length:,}; is it a safetensors file?")
    try:
        header = json.loads(content[8 : 8 + length].decode(), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise BadWeights(f"expected a header of JSON, got {error}") from None
    if not isinstance(header, dict):
        raise BadWeights(f"expected a header that is an object, got {type(header).__name__}")
    return header, memoryview(content)[8 + length :]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("one name twice")
    return found


def _entry(name: str, entry: Any) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    """Dtype, shape, start and end of one array, which agree with each other."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise BadWeights(f"{name}: expected dtype, shape and data_offsets, got {str(entry)[:80]}")
    kind = KINDS.get(entry["dtype"]) if isinstance(entry["dtype"], str) else None
    if kind is None:
        raise BadWeights(f"{name}: expected a dtype of {', '.join(KINDS)}, got {str(entry['dtype'])[:80]}")
    shape, offsets = _counts(name, entry["shape"]), _counts(name, entry["data_offsets"])
    if len(shape) > DIMENSIONS or len(offsets) != 2:
        came = f"{len(shape)} and {len(offsets)}"
        raise BadWeights(f"{name}: expected at most {DIMENSIONS} dimensions and 2 offsets, got {came}")
    start, end = offsets
    if end - start != prod(shape) * kind.itemsize:
        raise BadWeights(f"{name}: expected {prod(shape) * kind.itemsize} bytes for its shape, got {end - start}")
    return kind, shape, start, end


def _counts(name: str, numbers: Any) -> tuple[int, ...]:
    if not isinstance(numbers, list) or any(type(each) is not int or not 0 <= each <= LARGEST for each in numbers):
        raise BadWeights(f"{name}: expected a list of whole numbers from 0 to {LARGEST:,}, got {str(numbers)[:80]}")
    return tuple(numbers)
