"""What an experiment does that is allowed and deserves a word: a note is no problem, and nothing is refused for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from engine.choice import noted


@dataclass(frozen=True)
class Note:
    """`where` is a dotted path into the experiment; `code` names the sentence that `says` it in English."""

    where: str
    code: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


def notes(choice: Any, where: str = "") -> Iterator[Note]:
    """Of a choice, and of all choices in it."""
    if isinstance(choice, tuple):
        members: Iterator[tuple[str, Any]] = ((str(place), each) for place, each in enumerate(choice))
    elif is_dataclass(choice):
        members = ((each.name, getattr(choice, each.name)) for each in fields(choice))
        for name, about in noted(type(choice)).items():  # type: ignore[arg-type]
            if getattr(choice, name) == about.value:
                yield Note(f"{where}{name}", about.code, about.says)
    else:
        return
    for name, member in members:
        yield from notes(member, f"{where}{name}.")
