"""A case: client steps, upstream script, edge policy and faults, as data, JSON both ways.

A case determines a run's inputs. It holds placeholders instead of addresses and secrets:
`$host`, `$path`, `$key`, `$model`, `$nonce` in requests, `$credential` and `$elsewhere` in replies,
and `${name.what}` for what the answer to an earlier step brought (see `harness.brought`).
"""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from contracts.record import FaultNote, Intent
from fakes.edge import OFF, EdgePolicy
from fakes.script import Hold, Reply, ok
from harness.errors import UsageError

Pairs = tuple[tuple[str, str], ...]
Where = Literal["client", "client leg", "upstream leg", "upstream", "process"]
Flag = Literal["true", "false", "omitted"]
AT_LEAST_ONE = msgspec.Meta(min_length=1)


class Fault(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing wrong, at one place. On a leg, `kind` names an addon's ready-made fault and
    `settings` overrides what that is made of; elsewhere the steps themselves hold the fault.
    """

    kind: str
    where: Where
    settings: dict[str, Any] = {}

    def note(self) -> FaultNote:
        return FaultNote(self.kind, self.where, str(self.settings or ""))

    @property
    def on_leg(self) -> bool:
        return self.where in ("client leg", "upstream leg")


class Act(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is done beside the requests. `what` names the step whose stream it is done to: `release`
    its hold, `leave` it (FIN) or `reset` it (RST). The session services are `restart`ed, or their
    clock is let `pass` by `seconds`.
    """

    do: Literal["release", "leave", "reset", "restart", "pass"]
    what: str = ""
    seconds: float = 0


class Step(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One client request, and what everybody behind the target does about it.

    Later steps call it by its `name`. The next step waits for its answer's end, or for the hold in
    its reply, unless it is in the `background`; `then` is done after that.
    """

    headers: Pairs
    body: str
    stream: bool = True
    stream_flag: Flag = "true"
    method: str = "POST"
    path: str = "$path"
    intent: Intent = "chat"
    client: Literal["exact", "typical"] = "exact"
    replies: Annotated[tuple[Reply, ...], AT_LEAST_ONE] = (ok(),)
    edge: EdgePolicy = OFF
    captcha: Literal["fresh", "none", "hangs"] = "fresh"
    name: str = ""
    background: bool = False
    then: tuple[Act, ...] = ()

    @property
    def holds(self) -> bool:
        return any(isinstance(action, Hold) for reply in self.replies for action in reply.body)


class Case(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`probes` are the contracts that it was made for; `isolated`: it may leave the target in a
    state that is nobody else's business, so the target is started anew before and after;
    `instances` of the upstream stand behind a target that declares so many; a `heavy` one takes
    seconds, so it is not tried again for each planted bug.
    """

    name: str
    dialect: str
    steps: Annotated[tuple[Step, ...], AT_LEAST_ONE]
    probes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    isolated: bool = False
    seed: int = 0
    instances: Literal[1, 2] = 1
    heavy: bool = False

    @property
    def overlaps(self) -> bool:
        """Some of its streams may run at once, so they must be told apart by their nonce."""
        return any(step.background or step.holds for step in self.steps)

    @property
    def id(self) -> str:
        """Eight hex digits that name the inputs of the run."""
        inputs = msgspec.structs.replace(self, name="", probes=(), heavy=False)
        data = msgspec.json.encode(inputs, order="deterministic")
        return hashlib.sha256(data).hexdigest()[:8]

    def leg(self, where: Where) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.where == where)


def dump(case: Case) -> str:
    """The case file's text."""
    return msgspec.json.format(msgspec.json.encode(case), indent=1).decode() + "\n"


def load(path: Path) -> Case:
    """Read a case file. Raises UsageError in one line if it is missing or corrupt."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Case)
    except OSError as error:
        raise UsageError(f"case file {path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"case file {path} is corrupt: {error}") from error
