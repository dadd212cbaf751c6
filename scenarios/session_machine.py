"""Several users, chat sessions and streams at once, in any order that hypothesis can think of.

The machine writes a case step by step, beside a reference model that says what each request must be
answered. When it is complete, the case is played against the target once and judged: what fails is
shrunk to the fewest steps, and its case file replays.
"""

from collections.abc import Callable, Sequence

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from contracts.trace import Exchange
from fakes.script import Fail, Finish, Reply, Say
from harness.case import Act, Case, Fault, Step
from harness.trial import Trial
from scenarios.search import Attempt, Shrinking
from scenarios.session_model import Model, Token
from scenarios.session_strategies import session_ids
from scenarios.talking import (
    ORIGIN,
    balance,
    bearer,
    create,
    credit,
    delete,
    headers,
    held,
    login,
    read,
    release,
    right,
    stream,
    update,
)

USERS = ("user1", "user2")
FAULTS = (Fault("parallel_streams", "client"), Fault("session_id_variants", "client"))
Play = Callable[[Case, tuple[int, ...]], None]
STEPS = 20  # rules of one talk, at most
Name = str | MultipleResults[str]
users = st.sampled_from(USERS)
EXPIRES, PASSES = 3600.0, 600.0  # seconds


class Unexplained(AssertionError):  # noqa: N818
    """The answers are not those of the model, and no contract says why."""

    def __init__(self, case: Case, odd: Sequence[str]) -> None:
        super().__init__("; ".join(odd))
        self.case = case


def talked(attempt: Attempt, how: settings | None = None) -> None:
    """Drive made-up talks; each must be answered as the model says, or break a contract."""

    shrinking = Shrinking()

    def play(case: Case, expected: tuple[int, ...]) -> None:
        def failure() -> Unexplained | None:
            trial = attempt(case)
            if not trial or any(verdict.findings for verdict in trial.verdicts):
                return None
            odd = differences(trial, expected)
            return Unexplained(case, odd) if odd else None

        shrinking.attempt(case, failure)

    class Played(Talk):
        plays = staticmethod(play)

    run_state_machine_as_test(Played, settings=settings(how, stateful_step_count=STEPS))


def differences(trial: Trial, expected: Sequence[int]) -> list[str]:
    """Where the client got another status than the model said; 0: it says nothing.

    A proxy that holds the head back leaves the client without an answer and without an id for now:
    that is no other answer, and is judged by the contracts about time.
    """
    asked = zip(trial.trace.exchanges, expected, strict=True)
    return [
        f"step {one.number + 1}, {one.client.request.first_line}: {status} is right, "
        f"{one.client.status} came"
        for one, status in asked
        if status and one.client.status not in (0, status) and not _lacks_id(one)
    ]


def _lacks_id(one: Exchange) -> bool:
    return b'"streamingSessionId": ""' in one.client.request.body


class Talk(RuleBasedStateMachine):
    """`plays` tries the case; the model's statuses come with it, one a step (0: any will do)."""

    plays: Play

    chats: Bundle[str] = Bundle("chats")
    streams: Bundle[str] = Bundle("streams")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(rich={"user1"})
        self.steps: list[Step] = [login("admin"), login("user1"), credit("user1"), login("user2")]
        self.statuses = [0] * len(self.steps)

    def ask(self, step: Step, status: int = 0) -> None:
        self.steps.append(step)
        self.statuses.append(status)

    def act(self, act: Act) -> None:
        last = self.steps[-1]
        self.steps[-1] = msgspec.structs.replace(last, then=(*last.then, act))

    @initialize(target=chats)
    def arrive(self) -> Name:
        return multiple(*(self._open(user) for user in USERS))

    @rule(target=chats, user=users)
    def create(self, user: str) -> Name:
        return self._open(user)

    def _open(self, user: str) -> str:
        name = f"chat{len(self.model.chats)}"
        self.model.create(name, user)
        self.ask(create(user, name), 201)
        return name

    @rule(user=users)
    def give_credits(self, user: str) -> None:
        self.model.rich.add(user)
        self.ask(credit(user), 201)

    @rule(target=streams, chat=chats, chunks=st.integers(0, 3), abroad=st.booleans())
    def start(self, chat: str, chunks: int, abroad: bool) -> Name:
        said = Reply(body=(*(Say() for _ in range(chunks)), Finish()))
        return self._start(chat, self.model.chats[chat].user, said, abroad)

    @rule(target=streams, chat=chats, chunks=st.integers(0, 3), abroad=st.booleans())
    def start_and_read(self, chat: str, chunks: int, abroad: bool) -> Name:
        """A stream of which so many events are read for now."""
        return self._start(chat, self.model.chats[chat].user, held(chunks), abroad)

    @rule(target=streams, chat=chats, chunks=st.integers(0, 3))
    def start_and_fail(self, chat: str, chunks: int) -> Name:
        said = Reply(body=(*(Say() for _ in range(chunks)), Fail()))
        return self._start(chat, self.model.chats[chat].user, said, False)

    @rule(target=streams, chat=chats, by=users)
    def intrude(self, chat: str, by: str) -> Name:
        return self._start(chat, by, held(1), False)

    def _start(self, chat: str, by: str, said: Reply, abroad: bool) -> Name:
        step = stream(chat, by, said, name=f"s{len(self.steps)}", origin=ORIGIN if abroad else "")
        status = self.model.start(step.name, chat, by, held=step.holds)
        self.ask(step, status)
        return step.name if status == 200 else multiple()

    @rule(name=streams)
    def go_on(self, name: str) -> None:
        if self.runs(name):
            self.model.end(name)
            self.act(release(name))

    @rule(name=streams, abruptly=st.booleans())
    def leave(self, name: str, abruptly: bool) -> None:
        if self.runs(name):
            self.model.end(name)
            self.act(Act("reset" if abruptly else "leave", name))

    @rule(name=streams)
    def update(self, name: str) -> None:
        """With the id of this stream, which may be a wrong one by now."""
        self._update(name, self.model.of(name).name, "")

    @rule(name=streams)
    def update_differently(self, name: str) -> None:
        self._update(name, self.model.of(name).name, "something else")

    @rule(name=streams, chat=chats)
    def update_elsewhere(self, name: str, chat: str) -> None:
        """The id of any stream in any chat session."""
        self._update(name, chat, "")

    @rule(name=streams, chat=chats, by=users)
    def update_by_anybody(self, name: str, chat: str, by: str) -> None:
        status = self.model.update(chat, by, name)
        self.ask(update(chat, by, right(name), of=name), status)

    def _update(self, name: str, chat: str, words: str) -> None:
        user = self.model.chats[chat].user
        status = self.model.update(chat, user, name)
        self.ask(update(chat, user, right(name), of=name, text=words), status)

    @rule(name=streams, given=session_ids())
    def update_with_another_id(self, name: str, given: str) -> None:
        chat = self.model.of(name)
        status = self.model.update(chat.name, chat.user, "")
        told = given.replace("${s.", f"${{{name}.")
        self.ask(update(chat.name, chat.user, told, of=name), status)

    @rule(name=streams, token=st.sampled_from(["refresh", "forged", "none"]))
    def update_without_access(self, name: str, token: Token) -> None:
        chat = self.model.of(name)
        shown = {"refresh": f"${{{chat.user}.json:refreshToken}}", "forged": "a.b.c"}
        pairs = bearer(shown[token]) if token in shown else headers()
        status = self.model.update(chat.name, chat.user, name, token)
        self.ask(update(chat.name, chat.user, right(name), of=name, pairs=pairs), status)

    @rule(long=st.booleans())
    def let_pass(self, long: bool) -> None:
        seconds = EXPIRES if long else PASSES
        self.model.let_pass(seconds)
        self.act(Act("pass", seconds=seconds))
        if long:  # longer than a token lives
            self.ask(read("chat0", USERS[0]), 401)
        for user in ("admin", *USERS):
            self.ask(login(user))

    @rule()
    def restart(self) -> None:
        self.model.restart()
        self.act(Act("restart"))

    @rule(chat=chats, by=users)
    def delete(self, chat: str, by: str) -> None:
        self.ask(delete(chat, by), self.model.delete(chat, by))

    @rule(user=users)
    def look_at_balance(self, user: str) -> None:
        self.ask(balance(user), 200)

    @rule(chat=chats)
    def look_at_chat(self, chat: str) -> None:
        there = self.model.chats[chat]
        self.ask(read(chat, there.user), 404 if there.deleted else 200)

    def runs(self, name: str) -> bool:
        return any(one.running for one in self.model.of(name).streams if one.name == name)

    def teardown(self) -> None:
        """All streams go on to their ends, everything is looked at, and the case is played."""
        for chat in self.model.chats.values():
            if chat.running:
                self.act(release(chat.running.name))
            self.ask(read(chat.name, chat.user))
        for user in USERS:
            self.ask(balance(user))
        case = Case("made_up_talk", "session", tuple(self.steps), faults=FAULTS)
        self.plays(case, tuple(self.statuses))
