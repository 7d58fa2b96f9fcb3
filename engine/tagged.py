"""Unions told apart by their `kind`."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints


def kinds(choice: type) -> tuple[str, ...]:
    """The tags a class answers to: the literal values of its `kind` field."""
    return get_args(get_type_hints(choice)["kind"])


class Tagged:
    """Marks ``Annotated[A | B, Tagged()]``: exactly the member whose `kind` is named is tried.

    Without it, a wrong number in one layer would be reported once for every kind of layer there is.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Lend the tags to a validator that asks for them in this way; nothing is imported for it."""
        choices = {kind: handler(member) for member in get_args(source) for kind in kinds(member)}
        return {"type": "tagged-union", "choices": choices, "discriminator": "kind"}
