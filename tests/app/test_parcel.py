"""Parcels survive any cut of the stream; what is no parcel is refused."""

from __future__ import annotations

from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hosts.parcel import HEAD, LARGEST, Kind, Parcel, Unpacker, packed

parcels = st.builds(Parcel, st.integers(0, 2**64 - 1), st.sampled_from(Kind), st.binary(max_size=40))


@settings(derandomize=True, deadline=None, database=None)
@given(st.lists(parcels, max_size=6), st.lists(st.integers(1, 30), max_size=40))
def test_parcels_come_out_as_they_went_in_however_the_stream_is_cut(sent: list[Parcel], cuts: list[int]) -> None:
    stream = b"".join(packed(p.kind, p.payload or b"", p.session) for p in sent)
    unpacker = Unpacker()
    found: list[Parcel] = []
    for cut in [*cuts, len(stream)]:
        found += unpacker.feed(stream[:cut])
        stream = stream[cut:]
    assert found == sent


def test_a_size_no_parcel_has_is_refused_before_it_is_waited_for() -> None:
    with pytest.raises(ValueError, match="at most"):
        list(Unpacker().feed(HEAD.pack(LARGEST + 1, 0, Kind.TEXT)))


def test_a_kind_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="99"):
        list(Unpacker().feed(HEAD.pack(0, 0, 99)))


class Small(bytearray):
    """Holds 60 bytes; for more there is no memory."""

    def __iadd__(self, more: Any) -> Self:  # type: ignore[misc]
        if len(self) + len(more) > 60:
            raise MemoryError
        return super().__iadd__(more)


@settings(derandomize=True, deadline=None, database=None)
@given(
    st.lists(st.builds(Parcel, st.integers(0, 9), st.sampled_from(Kind), st.binary(max_size=200)), max_size=6),
    st.lists(st.integers(1, 20), max_size=80),
)
def test_a_payload_larger_than_the_memory_there_is_goes_by_and_the_next_is_heard(
    sent: list[Parcel], cuts: list[int]
) -> None:
    stream = b"".join(packed(p.kind, p.payload or b"", p.session) for p in sent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.hosts.parcel.bytearray", Small, raising=False)
        unpacker = Unpacker()
        found: list[Parcel] = []
        while stream:
            cut = cuts.pop() if cuts else 20
            found += unpacker.feed(stream[:cut])
            stream = stream[cut:]
    assert [p[:2] for p in found] == [p[:2] for p in sent]
    for came, went in zip(found, sent, strict=True):
        size = HEAD.size + len(went.payload or b"")
        assert came.payload == went.payload or (came.payload is None and size > 60 - 20)
        assert came.payload is None or size <= 60
