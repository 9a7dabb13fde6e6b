"""Each moment of a run counts for one stage."""

import pytest

from indexer.stages import Meter, Recent, Stage, Stages


class Clock:
    """Goes on when it is told to."""

    now = 100.0

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def _spent(stages):
    return {stage: seconds for stage, seconds in stages.seconds().items() if seconds}


def test_a_stage_inside_of_another_is_not_counted_twice(clock):
    stages = Stages(clock)
    clock.pass_(1)
    with stages.during(Stage.DECODE):
        clock.pass_(2)
        with stages.during(Stage.WALK):
            clock.pass_(4)
        clock.pass_(8)
    clock.pass_(16)
    assert _spent(stages) == {Stage.ACCOUNT: 17, Stage.DECODE: 10, Stage.WALK: 4}


def test_a_stage_that_goes_on_is_counted_up_to_now(clock):
    stages = Stages(clock)
    with stages.during(Stage.EMBED):
        clock.pass_(3)
        assert _spent(stages) == {Stage.EMBED: 3}


def test_a_stage_that_fails_has_ended(clock):
    def fails():
        with stages.during(Stage.COMMIT):
            clock.pass_(1)
            raise ZeroDivisionError

    stages = Stages(clock)
    with pytest.raises(ZeroDivisionError):
        fails()
    clock.pass_(2)
    assert _spent(stages) == {Stage.COMMIT: 1, Stage.ACCOUNT: 2}


def test_what_is_waited_for_counts_until_it_comes_and_not_while_it_is_used(clock):
    def things():
        for number in range(2):
            clock.pass_(3)
            yield number
        clock.pass_(1)

    stages, seen = Stages(clock), []
    for number in stages.each(Stage.WALK, things()):
        seen.append(number)
        clock.pass_(10)
    assert seen == [0, 1]
    assert _spent(stages) == {Stage.WALK: 7, Stage.ACCOUNT: 20}


def test_recent_figures_forget_what_is_long_past(clock):
    stages = Stages(clock)
    meter = Meter(stages, clock)
    with stages.during(Stage.COMMIT):
        clock.pass_(100)
    meter.look(pictures=1000, files=1000)
    with stages.during(Stage.EMBED):
        clock.pass_(5)
    assert meter.look(pictures=1010, files=1020) == Recent(1010 / 105, 1020 / 105, Stage.COMMIT)
    with stages.during(Stage.EMBED):
        clock.pass_(5)
    with stages.during(Stage.DECODE):
        clock.pass_(1)
    assert meter.look(pictures=1030, files=1060) == Recent(30 / 11, 60 / 11, Stage.EMBED)


def test_there_is_no_figure_before_time_has_passed(clock):
    assert Meter(Stages(clock), clock).look(0, 0) == Recent()


def test_a_look_is_due_after_a_while(clock):
    meter = Meter(Stages(clock), clock)
    assert not meter.is_due()
    clock.pass_(1)
    assert meter.is_due()
    meter.look(0, 0)
    assert not meter.is_due()
