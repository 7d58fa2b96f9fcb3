"""What layers are called in a script: the name on the page, where Python and PyTorch let it stand."""

from __future__ import annotations

from collections.abc import Sequence
from keyword import iskeyword

from app.export.scope import Member

# What every torch.nn.Sequential has already, and the words of a forward().
TAKEN = """
T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu
load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters pop
register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
self torch nn h x
"""
RESERVED = frozenset(TAKEN.split())


def attributes(members: Sequence[Member]) -> list[str]:
    """One name a member: a Linear in place 3 is linear_3; of a layer's parts, a Tanh without a name is tanh."""
    found: list[str] = []
    for member in members:
        name = member.name
        if not name or name.isdecimal():
            name = "_".join(filter(None, (member.layer.kind.lower(), name)))
        found.append(_free(name, found))
    return found


def _free(name: str, taken: Sequence[str]) -> str:
    if name.startswith("_"):
        name = f"layer{name}"  # Python and PyTorch keep such names for themselves
    while name in RESERVED or name in taken or iskeyword(name):
        name += "_"
    return name
