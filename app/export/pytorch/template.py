"""The script around the network."""

from __future__ import annotations

from app.export.files import LOAD_BATCH

TEMPLATE = (
    '''\
"""{title}, in PyTorch.

{summary}

Needs: pip install torch safetensors

Two files beside this one are read where they are there: {weights} holds the parameters, by the names of
the state_dict, and {batch} one batch, x of shape {shape} and y. Without them the parameters are
drawn anew and the batch is noise. Optimizer and schedule start without a past. In which order the batches of a
whole training follow each other is not written down here.
{notes}"""
{name}
{imports}
import torch
from safetensors.torch import load_file
from torch import nn

HERE = Path(__file__).parent
{dtype}{classes}
model = {model}
criterion = {loss}
{optimizer}


def initialize():
    """Draw the parameters; what is not named here keeps what its module draws by itself."""
{initialize}    weights = HERE / "{weights}"
    if weights.exists():
        model.load_state_dict(load_file(weights))


'''
    + LOAD_BATCH
    + """\
{descend}

def main():
    initialize()
    x, y = load_batch()
    model.zero_grad()
    loss = {measured}
{backward}    print(f"loss {{loss.item():.6f}}")
    for name, parameter in model.named_parameters():
        print(f"{{name:12}} gradient norm {{parameter.grad.norm().item():.6g}}")
{update}

if __name__ == "__main__":
    main()
"""
)
TRAINED = "One batch goes through the network, its gradients come back, and the optimizer makes one step."
FROZEN = "One batch goes through the network, and its gradients come back; no parameter is trained."
BARE = "One batch goes through the network, which has no parameters."

BACKWARD = "    loss.backward()\n"

UPDATE = """\
    {step}
    loss = {measured}
    print(f"loss after one step {{loss.item():.6f}}")
"""
