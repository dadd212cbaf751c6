"""Who stands trial: the reference of a dialect, or a planted bug in its place."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from starlette.types import ASGIApp

from targets.reference.config import Config

if TYPE_CHECKING:
    from targets.reference.bridge import Bridge
    from targets.reference.gateway import Gateway


def subject(dialect: str, config: Config, defect: str | None = None) -> ASGIApp:
    """The ASGI application. Raises ValueError for an unknown bug or one of another dialect."""
    if defect is not None:
        from targets.defects import dialect_of

        if dialect_of(defect) != dialect:
            raise ValueError(f"{defect} is a bug of dialect {dialect_of(defect)}, not of {dialect}")
    return SUBJECTS[dialect](config, defect)


def planted(defect: str) -> "type[Bridge] | type[Gateway]":
    from targets.defects import load

    return load(defect)


def bridge(config: Config, defect: str | None) -> ASGIApp:
    from targets.reference.app import application
    from targets.reference.bridge import Bridge

    return application(cast("type[Bridge]", planted(defect) if defect else Bridge)(config))


def gateway(config: Config, defect: str | None) -> ASGIApp:
    from targets.reference.gateway import Gateway

    return cast("type[Gateway]", planted(defect) if defect else Gateway)(config)


def session_gateway(config: Config, defect: str | None) -> ASGIApp:
    """Raises ValueError for a bug of the services behind the gateway."""
    from targets.reference.session_gateway import SessionGateway

    kind = planted(defect) if defect else SessionGateway
    if not issubclass(kind, SessionGateway):
        raise ValueError(f"{defect} is a bug of the session services, not of the gateway")
    return kind(config)


SUBJECTS: Mapping[str, Callable[[Config, str | None], ASGIApp]] = {
    "arena": bridge,
    "transparent": gateway,
    "session": session_gateway,
}
