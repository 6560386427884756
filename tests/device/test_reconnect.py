"""The reconnect table: what follows what, and how long it waits."""

from math import inf

import pytest

from firmware_bridge.device.reconnect import HELLO_S, SILENCE_S, News, Reconnect, State


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
    assert (reconnect.state, reconnect.deadline) == (State.WAIT, 100.25)
    reconnect.on(News.WAITED, 101.0)
    assert (reconnect.state, reconnect.deadline) == (State.CONNECT, inf)


def test_waits_grow_to_a_limit_and_a_hello_makes_them_short_again() -> None:
    reconnect = Reconnect()
    waits = []
    for _ in range(6):
        reconnect.on(News.FAILED, 0.0)
        waits.append(reconnect.deadline)
        reconnect.on(News.WAITED, 0.0)
    assert waits == [0.25, 0.5, 0.8, 0.8, 0.8, 0.8]
    for news in (News.OPENED, News.HELLO, News.FAILED):
        reconnect.on(news, 0.0)
    assert reconnect.deadline == 0.25


@pytest.mark.parametrize("news", [News.HELLO, News.HEARD, News.WAITED])
def test_news_that_cannot_be_is_an_error(news: News) -> None:
    with pytest.raises(KeyError):
        after(news)
