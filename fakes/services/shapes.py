"""What the services read and answer, as JSON objects with camelCase members.

Members that are not named here are ignored; a wrong type, a NUL or a lone surrogate is refused.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Text = Annotated[str, Meta(pattern=NO_NUL)]
Words = Annotated[str, Meta(min_length=1, pattern=NO_NUL)]
Amount = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Days = Annotated[int, Meta(ge=1, le=3650)]


AVAILABLE = ("fake", "fake-large")
GivenId = Annotated[
    str, Meta(extra_json_schema={"minLength": 1})
]  # empty: refused in its own words


class Problem(Struct, frozen=True, omit_defaults=True):
    """Every refusal; `error` repeats the message where clients look for it there."""

    message: str
    error: str = ""
    code: str = ""


class Health(Struct, frozen=True):
    status: str
    service: str


class Login(Struct, frozen=True):
    username: Name
    password: Name


class User(Struct, frozen=True):
    id: str
    username: str
    email: str
    role: str


class LoggedIn(Struct, frozen=True, rename="camel"):
    message: str
    access_token: str
    refresh_token: str
    user: User


class Allocate(Struct, frozen=True, rename="camel"):
    user_id: Name
    credits: Amount
    expiry_days: Days = 30
    notes: Text = ""


class Allocation(Struct, frozen=True, rename="camel"):
    id: str
    user_id: str
    total_credits: int
    remaining_credits: int
    expires_at: str


class Balance(Struct, frozen=True, rename="camel"):
    """remaining_credits: without the reserved ones. accounting: the rule for early ends."""

    user_id: str
    total_credits: int
    remaining_credits: int
    reserved_credits: int
    accounting: str = "chunks_sent"


class Initialize(Struct, frozen=True, rename="camel"):
    """instance: the chat service that asks, for when it has died."""

    streaming_session_id: Name
    user_id: Name
    credits: Amount
    instance: Name


class Reserved(Struct, frozen=True, rename="camel"):
    streaming_session_id: str
    reserved_credits: int


class Settle(Struct, frozen=True, rename="camel"):
    streaming_session_id: Name
    chunks: Count
    credit_cost: Amount


class Settled(Struct, frozen=True, rename="camel"):
    streaming_session_id: str
    charged_credits: int
    refunded_credits: int


class NewSession(Struct, frozen=True, rename="camel"):
    title: Name
    initial_message: Text = ""


class SessionMade(Struct, frozen=True, rename="camel"):
    session_id: str
    title: str
    created_at: str


class Message(Struct, frozen=True, rename="camel"):
    id: str
    role: str
    content: str
    created_at: str


class Session(Struct, frozen=True, rename="camel"):
    session_id: str
    title: str
    created_at: str
    messages: list[Message]


class Model(Struct, frozen=True, rename="camel"):
    """credit_cost: credits a chunk. max_tokens: of one answer."""

    id: str
    name: str
    credit_cost: int
    max_tokens: int
    available: bool


class Models(Struct, frozen=True):
    models: list[Model]


class Ask(Struct, frozen=True, rename="camel"):
    """model_id: of a model that is available now."""

    message: Words
    model_id: Annotated[Name, Meta(extra_json_schema={"enum": list(AVAILABLE)})]


class Update(Struct, frozen=True, rename="camel"):
    complete_response: Text
    tokens_used: Count
    streaming_session_id: GivenId | UnsetType = UNSET


class Updated(Struct, frozen=True, rename="camel"):
    message: str
    session_id: str
    message_id: str


class Deleted(Struct, frozen=True, rename="camel"):
    message: str
    session_id: str
