"""Modules that are not simply given what their layer reads: what is written of the module and its inputs' texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.export.pytorch.layout import TO_TOKENS
from app.export.scope import Member

Applied = Callable[[Member, str, Sequence[str]], str]


def _looked_up(member: Member, module: str, inputs: Sequence[str]) -> str:
    """Of numbers that are computed, the nearest row is read where there is none."""
    (tokens,) = inputs
    last = member.layer.num_embeddings - 1
    return f"{module}({f'{tokens}.clamp(0, {last})' if tokens.endswith(TO_TOKENS) else tokens})"


def _placed(member: Member, module: str, inputs: Sequence[str]) -> str:
    time, most = member.shapes[0][1], member.layer.max_len
    return f"{inputs[0]} + {module}.weight" + (f"[:{time}]" if time < most else "")


def _attended(member: Member, module: str, inputs: Sequence[str]) -> str:
    query, memory = inputs[0], inputs[-1]
    mask = _masked(member, "attn_mask", len(inputs) - 1)
    return f"{module}({query}, {memory}, {memory}, {mask}need_weights=False)[0]"


def _block(name: str) -> Applied:
    """Of a transformer: what it reads, and the mask under this name."""

    def write(member: Member, module: str, inputs: Sequence[str]) -> str:
        return f"{module}({', '.join(inputs)}, {_masked(member, name)}".removesuffix(", ") + ")"

    return write


def _masked(member: Member, name: str, read: int = 0) -> str:
    """True where what comes later may not be read: nothing, if it may."""
    if not member.layer.is_causal:
        return ""
    return f"{name}=torch.ones({member.shapes[0][1]}, {member.shapes[read][1]}, dtype=torch.bool).triu(1), "


def _remembered(member: Member, module: str, inputs: Sequence[str], cell: bool = False) -> str:
    """All states, or those in which the last layer ends: of the forward reading, then of the backward one."""
    made = f"{module}({inputs[0]})"
    if member.layer.returns == "output":
        return f"{made}[0]"
    last = f"{made}[1][0]" if cell else f"{made}[1]"
    return f"torch.cat([*{last}[-2:]], dim=1)" if member.layer.bidirectional else f"{last}[-1]"


APPLIED: dict[str, Applied] = {
    "Embedding": _looked_up,
    "PositionalEmbedding": _placed,
    "MultiheadAttention": _attended,
    "TransformerEncoderLayer": _block("src_mask"),
    "TransformerDecoderLayer": _block("tgt_mask"),
    "RNN": _remembered,
    "GRU": _remembered,
    "LSTM": partial(_remembered, cell=True),
}
