"""One browser's conversation with one run: request in, replies out. No socket, no clock.

Three kinds of trouble only: a bad experiment, a bad message, our own bug. Each becomes a `Problems` reply;
none of them changes the run or ends the session.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from app.documents import problem, read_request
from app.frames import Frames
from app.graph import graph
from app.moments import Known, key
from app.pieces import train, within_reach
from app.predictions import predictions
from app.protocol import (
    REPLY,
    REQUEST,
    Advance,
    Edit,
    LookAt,
    Open,
    Predict,
    Prove,
    Proved,
    Reason,
    Reply,
    Request,
    Respond,
    Sample,
    Sampled,
    Seek,
    Summarize,
)
from app.protocol import Statistics as Summaries
from app.refusal import misread, refusal
from app.responses import Responses, drawable
from engine.edits import check_entry
from engine.feasible import shown
from engine.problem import BadExperiment
from engine.proof import Prover
from engine.run import Run
from engine.samples import Samples
from engine.statistics import Statistics

log = logging.getLogger("backflow.session")

Message = str | bytes  # JSON text, or a binary reply
Work = Iterator[Message | None]  # replies, and a None wherever the work can be put down for a while
WAY = 4_000_000  # multiply-adds that are done again at most where a session is brought back: two openings' time
PER_BYTE = 400  # and so many more for each byte of a state: to keep those of a large network takes time, too
NO_STATE = (0, b"")
FAULT = problem("", "fault", "an answer", "a fault in Backflow")
NO_MEMORY = problem("", "no_memory", "memory for this", "more than is left")


class Session:
    """Holds at most one run. `answer` never raises for anything a browser can send."""

    def __init__(self) -> None:
        self.generation = 0
        self.run: Run | None = None
        self.frames: Frames
        self.responses: Responses | None = None
        self.prover: Prover | None = None
        self.known: Known | None = None  # a state that somebody has computed on the way to what is asked next
        self.cramped = False  # there was no memory for a request; what it was in the middle of is not to be trusted
        self._opening = ""  # how to open this session, while nobody has been told
        self._way = 0  # multiply-adds done since a state was told
        self._long = WAY  # so many are enough to tell another
        self._before = NO_STATE  # the step from which the last request went on, and its state if it is to be told

    def answer(self, message: Message) -> list[Message]:
        """The replies to one request."""
        return [reply for reply in self.answering(message) if reply is not None]

    def answering(self, message: Message) -> Work:
        """The same, with a None wherever the work can be put down for a while."""
        request: Request | None = None
        try:
            if isinstance(message, bytes):
                raise BadExperiment([problem("", "not_text", "a JSON text message", f"{len(message)} bytes of binary")])
            request = read_request(message)
            yield from self._handle(request)
        except BadExperiment as error:
            if request is None:
                yield dump(misread(message, self.generation, error.problems))
            else:
                edited = any(found.where.split(".")[0] == "edits" for found in error.problems)
                reason: Reason = "experiment" if isinstance(request, Open) and not edited else "message"
                yield dump(refusal(request, reason, error.problems))
        except MemoryError:
            self.run, self.cramped = None, True
            if isinstance(request, Open):
                yield dump(refusal(request, "experiment", [replace(NO_MEMORY, where="network")]))
            else:
                yield dump(misread(message, self.generation, [NO_MEMORY]))
        except Exception:
            log.exception("a request failed")
            yield dump(misread(message, self.generation, [FAULT], reason="fault"))

    # Elsewhere

    @property
    def step(self) -> int:
        return self.run.step if self.run else 0

    def resume(self, opening: bytes, step: int) -> Work:
        """Stand where another session stood: opened as it says, at `step`."""
        request = read_request(opening.decode())
        assert isinstance(request, Open)
        run = self._run(request)
        yield from self._train(run, run.rewind(step))
        self._take(request, run)

    def take_changes(self) -> tuple[str, Known | None]:
        """What another session would need to stand here, as far as it is news: how to open it, and a state it had."""
        opening, self._opening = self._opening, ""
        before, self._before = self._before, NO_STATE
        if not self.run or self._way < self._long:
            return opening, None
        step, state = max(before, self.run.checkpoint())
        if step == 0:  # everybody knows it
            return opening, None
        self._way, self._long = 0, max(WAY, PER_BYTE * len(state))
        return opening, Known(key(self.run.experiment, tuple(self.run.edits), step), step, state)

    def _changed(self) -> None:
        """How to open this session is another than it was."""
        assert self.run
        look = self.frames.look
        edits = tuple(self.run.edits)
        request = Open("open", 0, self.generation, self.run.experiment, edits, max(1, self.run.step), look)
        self._opening = REQUEST.dump_json(request).decode()

    def _handle(self, request: Request) -> Work:
        if isinstance(request, Open):
            yield from self._open(request)
            return
        if self.run is None or request.generation != self.generation:
            stale = problem("generation", "stale", str(self.generation), str(request.generation))
            yield dump(refusal(request, "stale", [stale]))
            return
        handlers: dict[type, Callable[..., Work]] = {
            Advance: self._advance,
            Seek: self._seek,
            LookAt: self._look,
            Edit: self._edit,
            Respond: self._respond,
            Predict: self._predict,
            Prove: self._prove,
            Summarize: self._summarize,
            Sample: self._sample,
        }
        yield from handlers[type(request)](request, self.run)

    # Each request

    def _open(self, request: Open) -> Work:
        """Build first and replace afterwards: a bad experiment leaves the running one alone."""
        run = self._run(request)
        self._way, self._long = 0, WAY
        yield from self._train(run, within_reach(run, run.rewind(max(1, request.step))))
        frames = Frames(run, request.look)
        built = dump(graph(run, frames, request.id, request.generation))
        first = frames.encode(request.id, request.generation)
        self._take(request, run, frames)
        self._changed()
        yield from (built, first)

    def _run(self, request: Open) -> Run:
        """A run of what is opened, which knows what is known of it."""
        run = Run(request.experiment, request.edits)
        known, self.known = self.known, None
        if known and known.key == key(run.experiment, request.edits, known.step):
            with suppress(ValueError):  # it is none of this experiment's, whatever its name says
                run.checkpoints.adopt(known.step, known.state)
        return run

    def _take(self, request: Open, run: Run, frames: Frames | None = None) -> None:
        self.run, self.generation, self.frames = run, request.generation, frames or Frames(run, request.look)
        self.responses = self.prover = None

    def _advance(self, request: Advance, run: Run) -> Work:
        steps = within_reach(run, request.steps)
        if not run.broken and self._way + steps * run.cost >= self._long:
            with suppress(MemoryError):  # then the way back is longer
                self._before = run.step, run.checkpoints.state()
        yield from self._train(run, steps, halt=True)
        yield self._frame(request)

    def _seek(self, request: Seek, run: Run) -> Work:
        yield from self._train(run, within_reach(run, run.rewind(request.step)))
        yield self._frame(request)

    def _look(self, request: LookAt, run: Run) -> Work:
        before = self.frames.layout
        self.frames = Frames(run, request.look, before.layout, self.frames.norms)
        self._changed()
        if self.frames.layout != before:
            self.frames.layout = replace(self.frames.layout, layout=before.layout + 1)
            yield dump(graph(run, self.frames, request.id, request.generation))
        yield self._frame(request)

    def _edit(self, request: Edit, run: Run) -> Work:
        run.edit(request.edit)
        run.seek(max(1, run.step))  # before the first step there is nothing to show
        self._changed()
        yield self._frame(request)

    def _respond(self, request: Respond, run: Run) -> Work:
        if not drawable(run):
            raise BadExperiment([problem("", "not_drawable", "1 or 2 input features", shown(run.data.shape))])
        self.responses = self.responses or Responses(run)
        yield self.responses.encode(request.id, request.generation)

    def _predict(self, request: Predict, run: Run) -> Work:
        if run.data.classes is None:
            raise BadExperiment([problem("", "no_classes", "data with classes", "regression")])
        yield dump(predictions(run, request))

    def _prove(self, request: Prove, run: Run) -> Work:
        check_entry(run.parameters, request.parameter, request.index)
        self.prover = self.prover or Prover(run)
        self.prover.load()
        proof = self.prover.prove(request.parameter, request.index)
        yield dump(
            Proved(
                kind="proved",
                id=request.id,
                generation=request.generation,
                step=run.step,
                difference=proof.difference,
                **{name: getattr(proof, name) for name in proof.__dataclass_fields__},
            )
        )

    def _summarize(self, request: Summarize, run: Run) -> Work:
        taken = Statistics(run.parameters, run.training.nodes)
        parameters, nodes = tuple(taken.parameters()), tuple(taken.nodes())
        yield dump(Summaries("statistics", request.id, request.generation, run.step, parameters, nodes))

    def _sample(self, request: Sample, run: Run) -> Work:
        check_entry(run.parameters, request.parameter, request.index)
        gradients = (float(each[request.index]) for each in Samples(run).gradients()[request.parameter])
        about = (request.id, request.generation, run.step, request.parameter, request.index)
        yield dump(Sampled("sampled", *about, tuple(gradients)))

    def _train(self, run: Run, steps: int, *, halt: bool = False) -> Iterator[None]:
        self._way += steps * run.cost
        yield from train(run, steps, halt=halt)

    def _frame(self, request: Request) -> bytes:
        return self.frames.encode(request.id, request.generation)


def dump(reply: Reply) -> str:
    """A reply as JSON; NaN and infinity become null."""
    return REPLY.dump_json(reply).decode()
