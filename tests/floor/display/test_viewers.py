import asyncio

import pytest

from firmware_bridge.floor.display.viewers import (
    EVENTS_WAITING,
    MOST_VIEWERS,
    FellBehind,
    Viewer,
    Viewers,
)
from tests.floor.display.loop import run

ANY_NUMBER = 4 * EVENTS_WAITING


def events(count: int) -> list[str]:
    return [f"event {number}" for number in range(count)]


class Screen:
    """Where a viewer's messages go; it takes as many as it is let."""

    def __init__(self, viewers: Viewers, takes: int = ANY_NUMBER) -> None:
        viewer = viewers.add()
        assert viewer is not None
        self.viewer: Viewer = viewer
        self.got: list[str] = []
        self._room = asyncio.Semaphore(takes)
        self.sending = asyncio.create_task(viewer.send_all(self._take))

    async def _take(self, text: str) -> None:
        await self._room.acquire()
        self.got.append(text)

    async def let(self, takes: int = ANY_NUMBER) -> None:
        for _ in range(takes):
            self._room.release()
        await settled()


async def settled() -> None:
    """Everybody has done what can be done now."""
    for _ in range(ANY_NUMBER):
        await asyncio.sleep(0)


def test_everybody_gets_what_happens_in_order() -> None:
    async def story() -> None:
        viewers = Viewers()
        screens = [Screen(viewers) for _ in range(3)]
        await settled()
        viewers.tell(["a", "b"])
        await settled()
        viewers.tell(["c"])
        viewers.tell([])
        viewers.tell(["d", "e"])
        await settled()
        assert [screen.got for screen in screens] == [["a", "b", "c", "d", "e"]] * 3

    run(story())


def test_one_who_keeps_up_gets_everything_that_is_shown() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers)
        shown = [("lever", "1"), ("lever", "2"), ("state", "A"), ("lever", "3")]
        for kind, text in shown:
            viewers.show(kind, text)
            await settled()
        assert screen.got == [text for _, text in shown]

    run(story())


def test_a_slow_one_gets_only_the_newest_of_a_kind() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers, takes=0)
        viewers.show("lever", "lever 0")
        await settled()  # this one is on its way already
        for number in range(1, 100):
            viewers.show("lever", f"lever {number}")
            viewers.show("state", f"state {number}")
            await asyncio.sleep(0)
        await screen.let()
        assert screen.got[0] == "lever 0"
        assert sorted(screen.got[1:]) == ["lever 99", "state 99"]

    run(story())


def test_what_is_shown_while_another_kind_is_sent_is_the_newest() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers, takes=0)
        viewers.show("state", "state 1")
        viewers.show("lever", "lever 1")
        await settled()  # state 1 is on its way
        viewers.show("lever", "lever 2")
        viewers.show("state", "state 2")
        await screen.let()
        assert screen.got == ["state 1", "lever 2", "state 2"]

    run(story())


def test_a_slow_one_gets_every_event_in_order() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers, takes=0)
        told = events(EVENTS_WAITING)
        for number, event in enumerate(told):
            viewers.tell([event])
            viewers.show("lever", f"lever {number}")
            if number % 3 == 0:
                await screen.let(1)
        await screen.let()
        assert [text for text in screen.got if text.startswith("event")] == told
        assert screen.got[-1] == f"lever {EVENTS_WAITING - 1}"

    run(story())


def test_events_go_before_what_is_shown() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers)
        viewers.show("state", "state")
        viewers.tell(["event"])
        await settled()
        assert screen.got == ["event", "state"]

    run(story())


@pytest.mark.parametrize("together", [False, True])
def test_as_many_events_as_there_is_room_for_may_wait(together: bool) -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers)
        told = events(EVENTS_WAITING)
        for part in [told] if together else [[event] for event in told]:
            viewers.tell(part)
        await settled()
        assert screen.got == told
        viewers.tell(["and one"])
        await settled()
        assert screen.got[-1] == "and one"

    run(story())


@pytest.mark.parametrize("together", [False, True])
def test_one_more_and_it_fell_behind(together: bool) -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers)
        told = events(EVENTS_WAITING + 1)
        for part in [told] if together else [[event] for event in told]:
            viewers.tell(part)
        with pytest.raises(FellBehind):
            await screen.sending
        assert screen.got == []

    run(story())


def test_what_is_shown_never_makes_it_fall_behind() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers, takes=0)
        for number in range(ANY_NUMBER):
            viewers.show("lever", str(number))
        await screen.let()
        assert screen.got == [str(ANY_NUMBER - 1)]
        assert not screen.sending.done()

    run(story())


def test_one_who_is_sent_to_when_it_falls_behind_is_found_out() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers, takes=0)
        viewers.show("lever", "lever")
        await settled()
        viewers.tell(events(EVENTS_WAITING + 1))
        await screen.let()
        with pytest.raises(FellBehind):
            await screen.sending
        assert screen.got == ["lever"]

    run(story())


def test_one_who_falls_behind_while_it_takes_an_event_gets_no_more() -> None:
    async def story() -> None:
        viewers = Viewers()
        screen = Screen(viewers, takes=0)
        viewers.tell(["first"])
        await settled()
        for event in events(EVENTS_WAITING + 1):
            viewers.tell([event])
        await screen.let()
        with pytest.raises(FellBehind):
            await screen.sending
        assert screen.got == ["first"]

    run(story())


def test_who_fails_to_take_it_ends() -> None:
    async def story() -> None:
        viewers = Viewers()
        viewer = viewers.add()
        assert viewer is not None

        async def fail(text: str) -> None:
            raise ConnectionResetError(text)

        viewers.tell(["event"])
        with pytest.raises(ConnectionResetError):
            await viewer.send_all(fail)

    run(story())


def test_a_newcomer_is_shown_the_newest_first() -> None:
    async def story() -> None:
        viewers = Viewers()
        viewers.show("state", "state 1")
        viewers.show("lever", "lever 1")
        viewers.tell(["before its time"])
        viewers.show("state", "state 2")
        screen = Screen(viewers)
        await settled()
        assert screen.got == ["state 2", "lever 1"]
        viewers.tell(["event"])
        await settled()
        assert screen.got[2:] == ["event"]

    run(story())


def test_the_first_of_all_has_nothing_to_see_yet() -> None:
    async def story() -> None:
        screen = Screen(Viewers())
        await settled()
        assert screen.got == []
        assert not screen.sending.done()

    run(story())


def test_there_is_room_for_so_many() -> None:
    viewers = Viewers()
    inside = [viewers.add() for _ in range(MOST_VIEWERS)]
    assert None not in inside
    assert len(set(inside)) == len(viewers) == MOST_VIEWERS
    assert viewers.add() is None
    assert len(viewers) == MOST_VIEWERS


def test_who_goes_makes_room() -> None:
    viewers = Viewers()
    inside = [viewers.add() for _ in range(MOST_VIEWERS)]
    assert inside[7] is not None
    viewers.remove(inside[7])
    viewers.remove(inside[7])  # twice is once
    assert len(viewers) == MOST_VIEWERS - 1
    assert viewers.add() is not None
    assert viewers.add() is None


def test_who_has_gone_is_sent_no_more() -> None:
    async def story() -> None:
        viewers = Viewers()
        goes, stays = Screen(viewers), Screen(viewers)
        viewers.tell(["a"])
        await settled()
        viewers.remove(goes.viewer)
        viewers.tell(["b"])
        viewers.show("state", "c")
        await settled()
        assert (goes.got, stays.got) == (["a"], ["a", "b", "c"])

    run(story())


def test_a_stuck_one_delays_nobody() -> None:
    async def story() -> None:
        viewers = Viewers()
        stuck = [Screen(viewers, takes=0) for _ in range(MOST_VIEWERS - 1)]
        quick = Screen(viewers)
        for number in range(EVENTS_WAITING):
            viewers.tell([f"event {number}"])
            viewers.show("lever", f"lever {number}")
            for _ in range(5):
                await asyncio.sleep(0)
            assert quick.got[-2:] == [f"event {number}", f"lever {number}"]
        assert {len(screen.got) for screen in stuck} == {0}

    run(story())


def test_one_that_fell_behind_takes_nobody_with_it() -> None:
    async def story() -> None:
        viewers = Viewers()
        stuck, quick = Screen(viewers, takes=0), Screen(viewers)
        viewers.show("lever", "lever")
        await settled()
        told = events(2 * EVENTS_WAITING)
        for event in told:
            viewers.tell([event])
            for _ in range(5):
                await asyncio.sleep(0)
        await stuck.let()
        assert isinstance(stuck.sending.exception(), FellBehind)
        assert quick.got == ["lever", *told]
        assert not quick.sending.done()

    run(story())
