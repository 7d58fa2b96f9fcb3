"""Turns are fair: nobody waits for a long piece of work longer than a turn of each who is before them."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep, thread_time

from app.hosts.turns import TURN, Turns


class Clock:
    """Time that passes only where work says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, name: str, pieces: int, seconds: float) -> Iterator[str | None]:
        for _ in range(pieces):
            self.now += seconds
            yield None
        yield name


def finished(turns: Turns[str, str]) -> list[str]:
    done = []
    while turns:
        done += [said for _, said in turns.turn()]
    return done


def test_a_short_request_is_done_between_the_turns_of_a_long_one() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    turns.add("long", clock.work("long", 1000, TURN / 4))
    turns.add("short", clock.work("short", 2, TURN / 4))
    assert finished(turns) == ["short", "long"]


def test_all_who_train_get_the_same_share() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    taken = dict.fromkeys("abc", 0)

    def endless(name: str) -> Iterator[str | None]:
        while True:
            clock.now += TURN / 3
            taken[name] += 1
            yield None

    for name in taken:
        turns.add(name, endless(name))
    for _ in range(300):
        list(turns.turn())
    assert max(taken.values()) - min(taken.values()) <= 3


def test_who_asks_for_little_goes_before_all_who_train() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    for number in range(100):
        for _ in range(2):
            turns.add(f"trains {number}", clock.work("frame", 4, TURN / 8))
    said = [""]
    for asked in range(20):
        for _ in range(307):  # of those who train; they ask on
            for key, _ in turns.turn():
                turns.add(key, clock.work("frame", 4, TURN / 8))
        begin = clock.now
        turns.add("presses", clock.work(f"step {asked}", 1, TURN / 8))
        while said[-1] != f"step {asked}":
            for key, word in turns.turn():
                said.append(word)
                if key != "presses":
                    turns.add(key, clock.work("frame", 4, TURN / 8))
        assert clock.now - begin <= 2 * TURN


def test_who_did_one_long_piece_of_work_waits_a_round_and_no_more() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    for number in range(20):
        turns.add(f"trains {number}", clock.work("frame", 4, TURN / 8))
    turns.add("opens", clock.work("opened", 1, 50 * TURN))
    said = ""
    while said != "opened":
        for key, word in turns.turn():
            turns.add(key, clock.work("frame", 4, TURN / 8))
            said = word
    begin = clock.now
    while said != "opens":
        for key, _ in turns.turn():
            turns.add(key, clock.work("frame", 4, TURN / 8))
            said = key
    assert clock.now - begin <= 2.5 * 20 * TURN / 2


def test_who_asks_first_for_little_is_served_first_however_fast_they_come() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    turns.add("trains", clock.work("trained", 100, TURN))
    for _ in range(10):
        list(turns.turn())
    said = []
    for number in range(20):  # two come while one is served
        for name in (f"{number} a", f"{number} b"):
            turns.add(name, clock.work(name, 1, TURN / 2))
        said += [word for _, word in turns.turn()]
    said += finished(turns)
    assert said == [*(f"{number} {each}" for number in range(20) for each in "ab"), "trained"]


def test_nobody_saves_up_turns_by_doing_nothing() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    turns.add("idle", clock.work("once", 1, TURN))
    assert finished(turns) == ["once"]
    turns.add("busy", clock.work("long", 100, TURN))
    while clock.now < 50 * TURN:
        list(turns.turn())
    turns.add("idle", clock.work("back", 30, TURN))
    before = clock.now
    assert finished(turns) == ["back", "long"]
    assert clock.now - before >= 80 * TURN
    turns.add("a", clock.work("a", 10, TURN))
    turns.add("b", clock.work("b", 11, TURN))
    assert finished(turns) == ["a", "b"]


def test_the_requests_of_one_session_are_done_in_order() -> None:
    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    turns.add("a", clock.work("first", 50, TURN))
    turns.add("a", clock.work("second", 1, TURN))
    turns.add("b", clock.work("other", 3, TURN))
    assert finished(turns) == ["other", "first", "second"]


def test_what_is_dropped_is_never_done_and_is_closed() -> None:
    closed = []

    def work() -> Iterator[str | None]:
        try:
            while True:
                yield None
        finally:
            closed.append(True)

    clock = Clock()
    turns: Turns[str, str] = Turns(clock)
    turns.add("a", work())
    turns.add("b", clock.work("b", 1, 0))
    clock.now += TURN
    next(turns._work["a"][0])
    turns.drop("a")
    turns.drop("nobody")
    assert finished(turns) == ["b"] and closed == [True]


def test_who_is_dropped_in_their_own_turn_gets_no_other() -> None:
    turns: Turns[str, str] = Turns(Clock())

    def work() -> Iterator[str | None]:
        yield "said"
        yield "never"

    turns.add("a", work())
    heard = []
    for key, said in turns.turn():
        heard.append(said)
        turns.drop(key)
    assert heard == ["said"] and not turns


def test_time_in_which_the_whole_process_was_held_is_nobodys_turn() -> None:
    """One in whose turn it was held for long would else wait until all others had had as much."""

    def held() -> Iterator[str | None]:
        sleep(0.1)
        yield "held"
        yield from busy(3)

    def busy(pieces: int) -> Iterator[str | None]:
        for _ in range(pieces):
            end = thread_time() + TURN
            while thread_time() < end:
                pass
            yield "busy"

    turns: Turns[str, str] = Turns()
    turns.add("held", held())
    turns.add("other", busy(60))
    order = []
    while turns:
        order += [key for key, _ in turns.turn()]
    assert len(order) - order[::-1].index("held") < 20, "it was to be done long before the other"
