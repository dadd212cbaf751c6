"""The reference model answers as the protocol of the session services says."""

import pytest

from scenarios.session_model import Model


@pytest.fixture
def model() -> Model:
    made = Model(rich={"ann"})
    made.create("chat", "ann")
    made.create("hers", "ann")
    return made


def test_only_the_id_of_the_latest_stream_is_right(model: Model) -> None:
    assert model.start("one", "chat", "ann", held=False) == 200
    assert model.update("chat", "ann", "one") == 200
    assert model.update("chat", "ann", "one") == 200
    assert model.start("two", "chat", "ann", held=False) == 200
    assert model.update("chat", "ann", "one") == 400
    assert model.update("chat", "ann", "two") == 200
    assert model.update("hers", "ann", "two") == 400
    assert model.update("chat", "ann", "") == 400


def test_one_stream_at_a_time(model: Model) -> None:
    assert model.start("one", "chat", "ann", held=True) == 200
    assert model.start("two", "chat", "ann", held=False) == 409
    assert model.start("three", "hers", "ann", held=False) == 200
    model.end("one")
    assert model.start("four", "chat", "ann", held=False) == 200


def test_nobody_else_and_nothing_without_credits(model: Model) -> None:
    model.create("his", "bob")
    assert model.start("one", "his", "bob", held=False) == 402
    assert model.start("two", "his", "ann", held=False) == 404
    assert model.start("three", "chat", "ann", held=False) == 200
    assert model.update("chat", "bob", "three") == 404
    assert model.update("chat", "ann", "three", "refresh") == 401


def test_an_id_expires_after_its_stream_and_not_before(model: Model) -> None:
    model.start("one", "chat", "ann", held=True)
    model.let_pass(4000)
    assert model.update("chat", "ann", "one") == 200
    model.end("one")
    model.let_pass(1800)
    assert model.update("chat", "ann", "one") == 200
    model.let_pass(1)
    assert model.update("chat", "ann", "one") == 400


def test_restart_ends_what_runs_and_delete_takes_all(model: Model) -> None:
    model.start("one", "chat", "ann", held=True)
    model.restart()
    assert model.update("chat", "ann", "one") == 200
    assert model.start("two", "chat", "ann", held=True) == 200
    assert model.delete("chat", "bob") == 404
    assert model.delete("chat", "ann") == 200
    assert model.update("chat", "ann", "two") == 404
    assert model.delete("chat", "ann") == 404
