"""Sequences of tokens, each with a token to say at every position.

Inputs are the tokens' numbers, (N, 1, time), held as floats; what is to be said is (N, time) labels. No stretch of the
training part is in the test part.
"""

from __future__ import annotations

from string import ascii_lowercase

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.tables import FILES

BLANK = "_"
SHOWN = {" ": "␣", "\n": "¶"}  # how characters are shown that leave no mark

Tokens = NDArray[np.int64]


def recalled(sequences: int, length: int, letters: int, *, backward: bool, test: float, rng: Generator) -> Dataset:
    """`length` letters are shown, then as many blanks; while the blanks are, the letters are to be said again.

    Token 0 is the blank, and what is to be said while letters are shown. Every sequence occurs once: where there are
    too few of them, fewer than asked for.
    """
    drawn = rng.integers(1, letters + 1, (2 * sequences, length))
    _, first = np.unique(drawn, axis=0, return_index=True)
    shown = drawn[np.sort(first)][:sequences]
    blank = np.zeros_like(shown)
    x = np.hstack([shown, blank])
    y = np.hstack([blank, shown[:, ::-1] if backward else shown])
    held = min(max(round(len(x) * test), 1), len(x) - 1)
    return _dataset((x[held:], y[held:]), (x[:held], y[:held]), (BLANK, *ascii_lowercase[:letters]))


def continued(name: str, length: int, test: float) -> Dataset:
    """Windows of `length` characters of a text, and the character that follows each.

    The end of the text is the test part, cut into windows that do not overlap; training windows begin at every
    character of the rest.
    """
    text = _text(name)
    names = sorted(set(text))
    tokens = np.array([names.index(character) for character in text])
    held = max(round(len(tokens) * test), length + 1)
    train, last = tokens[:-held], tokens[-held:]
    return _dataset(
        _windows(train, length, 1), _windows(last, length, length), tuple(SHOWN.get(each, each) for each in names)
    )


def _text(name: str) -> str:
    """A paragraph a line: where the lines of the file end means nothing."""
    paragraphs = (FILES / f"{name}.txt").read_text("utf-8").split("\n\n")
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _windows(tokens: Tokens, length: int, stride: int) -> tuple[Tokens, Tokens]:
    places = np.arange(0, len(tokens) - length, stride)[:, None] + np.arange(length)
    return tokens[places], tokens[places + 1]


def _dataset(train: tuple[Tokens, Tokens], test: tuple[Tokens, Tokens], names: tuple[str, ...]) -> Dataset:
    (train_x, train_y), (test_x, test_y) = train, test
    return Dataset(
        train_x=train_x[:, None].astype(np.float64),
        train_y=train_y,
        test_x=test_x[:, None].astype(np.float64),
        test_y=test_y,
        features=1,
        outputs=len(names),
        classes=len(names),
        feature_names=("token",),
        class_names=names,
        tokens=len(names),
    )
