"""What one run left, as plain data, JSON both ways: times in seconds, sizes in bytes."""

from dataclasses import dataclass
from typing import Literal

Way = Literal[">", "<"]


Intent = Literal["chat", "bad_request", "bad_credential"]


@dataclass(frozen=True, slots=True)
class Io:
    """One read or write: `>` towards the upstream, `<` towards the client. `cut`: by the suite
    itself, since it stayed in flight for too long.
    """

    at: float
    way: Way
    kind: Literal["data", "fin", "rst", "cut"] = "data"
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection at one tap."""

    tap: str
    opened: float
    log: tuple[Io, ...] = ()
    instance: int = 1  # which upstream instance it led to


@dataclass(frozen=True, slots=True)
class Gate:
    """The upstream waited for a marker to pass the ingress tap (`head`: for any response byte)."""

    marker: str
    waited: float
    opened: float | None = None
    missed: float | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision of the edge; `rule` is empty when it let the request pass."""

    at: float
    rule: str
    status: int


@dataclass(frozen=True, slots=True)
class FaultNote:
    """A fault of the run: kind, where it acts (client, client leg, ...), and with what."""

    kind: str
    where: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the client meant by a request: whether to stream, and if it was meant to be refused."""

    stream: bool
    intent: Intent = "chat"
    stream_flag: Literal["true", "false", "omitted"] = "true"
    seen: tuple[str, ...] = ()  # events as the typical client delivered them
    nonce: str = ""  # stands in its request's body, where streams overlap
    gave_up: float | None = None  # seconds, when the client's deadline passed without an end


@dataclass(frozen=True, slots=True)
class ActNote:
    """What was done beside the requests: `leave` a stream, `restart` the services, let their clock
    `pass` by so many seconds, ...; `what` names the stream it was done to.
    """

    at: float
    do: str
    what: str = ""
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not show, and what it is (`client_key`, `auth_token`, `clearance`)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Declared time limits in seconds; 0: none."""

    idle: float = 0
    total: float = 0
    keepalive: float = 0
    drain: float = 0


@dataclass(frozen=True, slots=True)
class Declares:
    """What the target promises; contracts judge it by this."""

    user_agent: str = "forward"  # forward | browser | "fixed: ..."
    max_attempts: int = 1  # upstream requests for one client request
    limits: Limits = Limits()
    upstreams: int = 1
    own_cors: bool = False
    holds_sessions: bool = False
    credential_headers: tuple[str, ...] = ()  # client credentials that may pass upstream
    credentials: int = 1  # upstream credentials it can rotate
    captcha_path: str = ""  # where it asks for captcha tokens; empty: it does not
    max_body: int = 0  # bytes of a client request; 0: not declared


@dataclass(frozen=True, slots=True)
class Record:
    """All that one run left, as data."""

    target: str
    dialect: str
    case: str
    declares: Declares
    defect: str = ""
    patience: float = 0.5
    asks: tuple[Ask, ...] = ()
    faults: tuple[FaultNote, ...] = ()
    connections: tuple[Connection, ...] = ()
    gates: tuple[Gate, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    acts: tuple[ActNote, ...] = ()
    secrets: tuple[Secret, ...] = ()
    clearances: tuple[tuple[str, str], ...] = ()  # clearance cookie, the User-Agent it is bound to
    log: tuple[str, ...] = ()  # lines that the target logged during the run
