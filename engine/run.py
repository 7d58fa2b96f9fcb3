"""A run of an experiment: step, seek, edit.

    state(step) = replay(experiment, edits, step)

Going back is restoring the nearest checkpoint and replaying; the numbers are the same to the last bit, because a
step depends on nothing but the parameters, what optimizer and schedule remember, and the step's own number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import ref

import numpy as np

from engine import unit_variance
from engine.batches import Batches
from engine.checkpoints import Checkpoints
from engine.data import shared
from engine.edits import Edit, Edits, Freeze, SetWeight, check
from engine.edits import LearningRate as LearningRate
from engine.evaluation import SHARED, Evaluation
from engine.experiment import Experiment
from engine.fault import Fault, fault_of, finite
from engine.feasible import Limits, planned
from engine.network import Network
from engine.schedules import NoSchedule
from engine.tensor import Array
from engine.trainer import Training

LEAST_COST = 20_000  # multiply-adds that take as long as the calls of the smallest step
FLUSH = 64  # steps between two looks for subnormal numbers, counted from 0 so that a replay does the same
PORTION = 64  # steps between two looks for numbers that are none


class Run:
    """A network in training. `step` counts the updates done; buffers show the last pass.

    `fault` is where the first NaN or infinity was made, once a step that has one has been done.
    Where several batches make a step, the last pass is that of the last batch; the gradients of the parameters are
    those of the whole step, and so is `loss`. `rate` is the learning rate of the last update.
    """

    def __init__(self, experiment: Experiment, edits: tuple[Edit, ...] = (), limits: Limits | None = None) -> None:
        self.experiment = experiment
        self.edits = Edits(edits)
        with np.errstate(all="ignore"):  # NaN and infinity are values to be shown
            self.data, self.network = planned(experiment, limits)
            self.training = self._training(self.network)
        self.parameters = self.training.parameters
        for place, edit in enumerate(edits):
            check(edit, f"edits.{place}", self.network, self.parameters)
        whole = experiment.batch * experiment.accumulate
        self.batches = Batches(len(self.data.train_x), whole, experiment.seeds.order)
        self.watched = experiment.schedule.remembers()
        labels, outputs = experiment.loss.labels, self.network.outputs
        data = (experiment.data, experiment.seeds.data, experiment.dtype)
        self._x, self._y = shared.columns(*data), shared.targets(*data, outputs, labels)
        watched = {f"schedule.{name}": array for name, array in self.watched.items()}
        changed = self.parameters.state() | self.training.memory.arrays | watched
        self.checkpoints = Checkpoints(changed, self.cost)
        self._evaluations: dict[int, ref[Evaluation]] = {}
        self.losses = np.zeros(0, experiment.dtype)
        self.fault: Fault | None = None
        self.loss: float = np.nan
        self._scheduled = not isinstance(experiment.schedule, NoSchedule)
        self._reset()

    def _training(self, network: Network) -> Training:
        return Training(self.experiment, network, network.allocate(self.experiment.dtype))

    # Going forward

    def advance(self, steps: int, *, halt: bool = False) -> None:
        """Do `steps` steps. `losses` then holds each step's loss, and the buffers show the last pass:
        activations, gradients, `before` (the parameters it used) and `update`.

        With `halt` it goes no further than the step in which the run's first NaN or infinity is made.
        """
        losses, end = [np.empty(0, self.experiment.dtype)], self.step + steps
        with np.errstate(all="ignore"):
            while self.step < end:
                known = self.fault
                losses.append(self._portion(min(PORTION, end - self.step)))
                if halt and self.fault is not known:
                    break
        self.losses = np.concatenate(losses)

    def _portion(self, steps: int) -> Array:
        """Up to `steps` steps; none after the one in which a number first breaks, which is found by going back."""
        start = self.step
        if self.broken:
            return self._steps(steps)
        losses = self._steps(steps)
        if not finite(losses, self.parameters.values, self.parameters.gradients):
            losses = losses if steps == 1 else self._again(start, steps)
            self.fault = self._fault()
        return losses

    def _again(self, start: int, steps: int) -> Array:
        """The steps from `start` once more, one at a time, up to the first that has a fault."""
        self._restore(self.checkpoints.nearest(start + 1))
        self._steps(start - self.step)
        losses: list[Array] = []
        while len(losses) < steps and not (losses and self._fault()):
            losses.append(self._steps(1))
        return np.concatenate(losses)

    def _fault(self) -> Fault | None:
        """What broke in the last step. Of several batches it may be any: their passes are done once more."""
        if self.experiment.accumulate == 1:
            return fault_of(self.training, self.step)
        if finite(np.array(self.loss), self.parameters.before, self.parameters.gradients):
            return None
        state, fault = self.checkpoints.state(), None
        with self.as_in_pass():
            for number in self.passes(self.training):
                fault = fault or fault_of(self.training, self.step)
                self.training.gather(number)
        self.checkpoints.put_back(state)
        return fault

    def _steps(self, steps: int) -> Array:
        """Do some steps; answers their losses."""
        losses = np.empty(steps, self.experiment.dtype)
        for i in range(steps):
            self._begin()
            losses[i] = self.loss = self._do(last=i == steps - 1)
            self._end()
        return losses

    def _begin(self) -> None:
        """What a step begins with: its edits, its rate, its examples."""
        edited = self.edits.at(self.step)
        for edit in edited:
            if isinstance(edit, SetWeight):
                self.parameters.named[edit.parameter].value[edit.index] = edit.value
            elif isinstance(edit, Freeze):
                self.training.freeze(self.edits.frozen(self.step, self.network))
        if edited or self._scheduled:
            self._dial()
        self._examples, self._number = self.batches.indices(self.step), self.step
        self.indices = self._examples[-self.experiment.batch :]

    def _do(self, *, last: bool) -> float:
        """The passes and the update of a step; `before` is kept of the last of many."""
        training = self.training
        if self.experiment.accumulate == 1 and not last:
            self._load(training, 0)
            training.run_step()
            return float(training.loss)
        loss = self.run_passes(training)
        if last:
            np.copyto(self.parameters.before, self.parameters.values)
        training.run_update()
        return loss

    def run_passes(self, training: Training) -> float:
        """The passes of the last step, or of the one under way, by this program or another like it; its loss."""
        losses = []
        for number in self.passes(training):
            losses.append(float(training.loss))
            if self.experiment.accumulate > 1:
                training.gather(number)
        return sum(losses) / len(losses)

    def passes(self, training: Training) -> Iterator[int]:
        """The same one after another, each with the number of its batch."""
        for number in range(self.experiment.accumulate):
            self._load(training, number)
            training.run_pass()
            yield number

    def _load(self, training: Training, number: int) -> None:
        """Put one of the step's batches in place."""
        experiment = self.experiment
        rows = self._examples[number * experiment.batch : (number + 1) * experiment.batch]
        training.program.step[()] = self._number * experiment.accumulate + number
        _take(self._x, rows, 1, training.x)
        _take(self._y, rows, 0 if experiment.loss.labels else 1, training.targets)

    def _end(self) -> None:
        schedule, epoch_ends = self.experiment.schedule, (self.step + 1) % self.batches.per_epoch == 0
        if self.watched:
            schedule.watch(self.watched, self._base(self.step), float(self.loss), epoch_ends=epoch_ends)
        self.step += 1
        if self.step % FLUSH == 0:
            self.training.flush()
        self.checkpoints.keep(self.step)

    # Going anywhere

    def seek(self, step: int) -> None:
        """Go to the moment right after `step` steps, its pass in the buffers; bit-identical to having trained to it."""
        left = self.rewind(step)
        if left:
            self.advance(left)

    def rewind(self, step: int) -> int:
        """Stand at the nearest moment before the one right after `step` steps; how many steps are left to it."""
        if step <= 0:
            self._reset()
        left = self.distance(step)
        if left and left != step - self.step:
            self._restore(step - left)
        return left

    def checkpoint(self) -> tuple[int, bytes]:
        """The newest state kept before the step that is shown, and before anything broke; and the step it belongs to:
        what `checkpoints.adopt` takes."""
        step = self.checkpoints.nearest(max(1, self.broken.step if self.broken else self.step))
        return step, self.checkpoints[step]

    def edit(self, edit: Edit) -> None:
        """Make a change from `edit.step` on. What was computed from that step on is forgotten, and what was edited
        after it; BadExperiment if there is no such thing to change."""
        check(edit, "edit", self.network, self.parameters)
        self.edits.add(edit)
        self.checkpoints.forget_after(edit.step)
        if self.fault and self.fault.step > edit.step:
            self.fault = None
        if self.step > edit.step:
            self.seek(edit.step)

    def learning_rate(self) -> float:
        """The rate of the step to come."""
        return self.experiment.schedule.rate(self._base(self.step), self.step, self.watched)

    def _base(self, step: int) -> float:
        return self.edits.base(step, self.experiment.schedule.base(self.experiment.optimizer))

    def _dial(self) -> None:
        """Set the rate, and the momentum if it moves, of the step to come."""
        self.rate = self.learning_rate()
        self.training.memory.set_rate(self.rate)
        momentum = self.experiment.schedule.momentum(self.step)
        if momentum is not None:
            self.training.memory.momentum.set(momentum)

    def _reset(self) -> None:
        self.step = 0
        self.training.reset(self.experiment.seeds.init)
        if unit_variance.asked(self.training):
            self._examples, self._number = self.batches.indices(0), 0
            self._load(self.training, 0)
            with np.errstate(all="ignore"):
                unit_variance.scale(self.training)
        for name, start in self.experiment.schedule.remembers().items():
            np.copyto(self.watched[name], start)
        self._dial()
        self.checkpoints.keep(0)

    def _restore(self, step: int) -> None:
        self.checkpoints.restore(step)
        self.step = step
        self.training.freeze(self.edits.frozen(step, self.network))
        self._dial()

    @property
    def broken(self) -> Fault | None:
        """The fault, if the run has come to it."""
        return self.fault if self.fault and self.fault.step <= self.step else None

    @property
    def cost(self) -> int:
        """Multiply-adds of a step, or what it takes as long as."""
        return max(LEAST_COST, 3 * self.network.multiply_adds * self.experiment.batch * self.experiment.accumulate)

    def distance(self, step: int) -> int:
        """Steps that `seek` would have to do."""
        if step == self.step or step <= 0:
            return 0
        nearest = self.checkpoints.nearest(step)
        return step - (self.step if nearest <= self.step < step else nearest)

    # Looking

    @contextmanager
    def as_in_pass(self) -> Iterator[None]:
        """Within this, the parameters are those the last pass computed with, not yet updated."""
        values, before = self.parameters.values, self.parameters.before
        if self.step == 0:
            yield
            return
        after = values.copy()
        np.copyto(values, before)
        try:
            yield
        finally:
            np.copyto(values, after)

    @property
    def epoch(self) -> int:
        """The epoch the last pass belonged to, from 1."""
        return max(self.step - 1, 0) // self.batches.per_epoch + 1

    def test(self) -> tuple[float, float | None]:
        """Loss and accuracy (None for regression) of the current parameters on the test set."""
        evaluation = self._evaluated()
        if self.data.classes is None:
            return float(evaluation.loss), None
        chosen = self.experiment.loss.chosen(evaluation.output.data)
        return float(evaluation.loss), np.count_nonzero(chosen == self.data.test_y) / chosen.size

    def answers(self) -> Array:
        """What the network answers on the test set: (outputs, examples, *positions)."""
        answers: Array = self._evaluated().output.data.copy()
        return answers

    def _evaluated(self) -> Evaluation:
        evaluation = self.evaluation(len(self.data.test_x))
        with np.errstate(all="ignore"):
            evaluation.hold((self.experiment.data, self.experiment.seeds.data), self._fill)
            evaluation.run(self.parameters)
        return evaluation

    def evaluation(self, examples: int) -> Evaluation:
        """A program that only looks, for so many examples; others with such a network look with the same."""
        kept = self._evaluations.get(examples)
        evaluation = kept() if kept else None
        if evaluation is None:
            evaluation = SHARED.take(self.experiment, self.network, examples)
            self._evaluations[examples] = ref(evaluation)
        return evaluation

    def _fill(self, evaluation: Evaluation) -> None:
        evaluation.input.data[...] = self.data.test_x.swapaxes(0, 1)
        labels, outputs = self.experiment.loss.labels, self.network.outputs
        evaluation.targets[...] = shared.as_targets(self.data, self.data.test_y, outputs, labels, self.experiment.dtype)


def _take(source: Array, rows: Array, axis: int, out: Array) -> None:
    """source.take(rows, axis) into `out`, which may be of a wider type."""
    if out.dtype == source.dtype:
        source.take(rows, axis, out, "clip")
    else:
        out[...] = source.take(rows, axis)
