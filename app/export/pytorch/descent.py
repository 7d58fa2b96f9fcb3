"""The text of what follows the gradient: which parameters are trained, penalty, clipping, optimizer, schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.export.calls import chosen, listed, literal
from app.export.pytorch.optimizers import optimizer
from engine.clipping import NoClip
from engine.experiment import Experiment
from engine.layer import arguments
from engine.network import Network
from engine.schedules import NoSchedule, ReduceLROnPlateau

# What torch.optim.lr_scheduler has no default for.
REQUIRED = frozenset({"step_size", "milestones", "T_max", "max_lr", "total_steps"}), {"ExponentialLR": ("gamma",)}

FUNCTION = '''

def descend():
    """One step of what is made of the gradients here; they are printed before."""
{lines}
'''


IDLE = "# No parameter is trained: there is nothing that an optimizer could do."


class Descent:
    """Of an experiment, whose layers the script calls by these names. Where no parameter is trained, because there is
    none or because all are frozen, there is none: torch.optim refuses an empty list."""

    def __init__(self, experiment: Experiment, network: Network, names: Mapping[str, str]) -> None:
        self.experiment = experiment
        self.idle = all(network.layers[index].frozen for index in network.parametric)
        layers = {layer.name or str(place): layer for place, layer in enumerate(experiment.network.layers)}
        self.frozen = tuple(f"{theirs}." for name, theirs in names.items() if layers[name].frozen)
        self.trained = "trained" if self.frozen else "model.parameters()"

    def setup(self) -> str:
        """The optimizer, and the schedule of its rate."""
        schedule, lines = self.experiment.schedule, []
        if self.idle:
            return IDLE
        if self.frozen:
            held = ", ".join(map(literal, self.frozen))
            lines.append(f"frozen = ({held},)")
            lines.append("trained = [each for name, each in model.named_parameters() if not name.startswith(frozen)]")
        lines.append(f"optimizer = {optimizer(self.experiment.optimizer, self.trained)}")
        if not isinstance(schedule, NoSchedule):
            needed, more = REQUIRED
            needed = needed.union(more.get(schedule.kind, ()))
            named = {name: value for name, value in arguments(schedule).items() if name in needed} | chosen(schedule)
            lines.append(f"scheduler = torch.optim.lr_scheduler.{schedule.kind}(optimizer, {listed((), named)})")
        return "\n".join(lines)

    def function(self) -> str:
        """The definition of descend(), where there is more to a step than the optimizer."""
        lines = [] if self.idle else list(self._lines())
        return FUNCTION.format(lines="\n".join(f"    {line}" for line in lines)) if len(lines) > 1 else ""

    def step(self) -> str:
        return "descend()" if self.function() else "optimizer.step()"

    def _lines(self) -> Iterator[str]:
        experiment = self.experiment
        if experiment.l1:
            yield f"for parameter in {self.trained}:  # the slope of {experiment.l1!r} times the sum of all |w|"
            yield f"    parameter.grad.add_(parameter.detach().sign(), alpha={experiment.l1!r})"
        if not isinstance(experiment.clip, NoClip):
            (bound,) = arguments(experiment.clip).values()
            yield f"nn.utils.{experiment.clip.kind}_({self.trained}, {bound!r})"
        yield "optimizer.step()"
        if isinstance(experiment.schedule, ReduceLROnPlateau):
            yield "# when an epoch ends: scheduler.step(the mean of its losses)"
        elif not isinstance(experiment.schedule, NoSchedule):
            yield "scheduler.step()"
