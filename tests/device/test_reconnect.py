"""The reconnect table: what follows what, and how long it waits."""

from math import inf

import pytest

from firmware_bridge.device.reconnect import HELLO_S, SILENCE_S, WAIT_S, News, Reconnect, State


def after(*news: News) -> Reconnect:
    reconnect = Reconnect()
    for item in news:
        reconnect.on(item, 100.0)
    return reconnect


def test_the_way_to_a_stream() -> None:
    reconnect = after()
    assert (reconnect.state, reconnect.deadline) == (State.CONNECT, inf)
    reconnect.on(News.OPENED, 5.0)
    assert (reconnect.state, reconnect.deadline) == (State.GREET, 5.0 + HELLO_S)
    reconnect.on(News.HELLO, 6.0)
    assert (reconnect.state, reconnect.deadline) == (State.STREAM, 6.0 + SILENCE_S)
    reconnect.on(News.HEARD, 8.0)
    assert (reconnect.state, reconnect.deadline) == (State.STREAM, 8.0 + SILENCE_S)


@pytest.mark.parametrize("way", [(), (News.OPENED,), (News.OPENED, News.HELLO)])
def test_any_failure_is_followed_by_a_wait_and_another_try(way: tuple[News, ...]) -> None:
    reconnect = after(*way, News.FAILED)
    assert (reconnect.state, reconnect.deadline) == (State.WAIT, 100.0 + WAIT_S)
    reconnect.on(News.WAITED, 101.0)
    assert (reconnect.state, reconnect.deadline) == (State.CONNECT, inf)


def test_however_long_it_is_away_a_machine_is_looked_for_again_within_a_quarter_of_a_second() -> (
    None
):
    reconnect = Reconnect()
    for _ in range(1000):
        reconnect.on(News.FAILED, 7.0)
        assert reconnect.deadline <= 7.25
        reconnect.on(News.WAITED, reconnect.deadline)


@pytest.mark.parametrize("news", [News.HELLO, News.HEARD, News.WAITED])
def test_news_that_cannot_be_is_an_error(news: News) -> None:
    with pytest.raises(KeyError):
        after(news)
