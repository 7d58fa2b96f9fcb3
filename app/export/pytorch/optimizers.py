"""The text of an optimizer, and of those that torch.optim has not."""

from __future__ import annotations

from typing import Any

from app.export.calls import chosen, listed

LION = '''\
class Lion(torch.optim.Optimizer):
    """Chen et al. 2023: steps of the learning rate, in the direction that the sign of the momentum says."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(first * momentum + (1 - first) * p.grad))
                momentum.lerp_(p.grad, 1 - second)
'''
CLASSES = {"Lion": LION}


def optimizer(choice: Any, trained: str) -> str:
    """The rate is written even where it is the default: it is what one changes first."""
    others = {name: value for name, value in chosen(choice).items() if name != "lr"}
    place = "" if choice.kind in CLASSES else "torch.optim."
    return f"{place}{choice.kind}({trained}, {listed((), {'lr': choice.lr, **others})})"
