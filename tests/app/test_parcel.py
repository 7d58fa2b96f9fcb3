"""Parcels survive any cut of the stream; what is no parcel is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hosts.parcel import HEAD, LARGEST, Kind, Parcel, Unpacker, packed

parcels = st.builds(Parcel, st.integers(0, 2**64 - 1), st.sampled_from(Kind), st.binary(max_size=40))


@settings(derandomize=True, deadline=None, database=None)
@given(st.lists(parcels, max_size=6), st.lists(st.integers(1, 30), max_size=40))
def test_parcels_come_out_as_they_went_in_however_the_stream_is_cut(sent: list[Parcel], cuts: list[int]) -> None:
    stream = b"".join(packed(p.kind, p.payload, p.session) for p in sent)
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
