"""A bad hop that damages the session header or the CORS fields: no guilt of the target's."""

from harness.case import Case, Fault, Where
from harness.mitm import kinds
from scenarios.cases.session_flow import TOLD, session
from scenarios.talking import ORIGIN, begin, read, stream, update

DAMAGES = tuple(sorted(kind for kind in kinds() if kind.startswith("damage_session_header")))
CORS = tuple(sorted(kind for kind in kinds() if kind.endswith(("_cors", "_cors_on_streams"))))
SIDES: tuple[Where, ...] = ("client leg", "upstream leg")


def _damaged(kind: str, where: Where) -> Case:
    side = where.partition(" ")[0]
    return session(
        f"{kind}_on_{side}_leg",
        *begin("user1"),
        stream("chat_user1", origin=ORIGIN),
        update("chat_user1", origin=ORIGIN),
        stream("chat_user1", name="second", origin=ORIGIN),
        update("chat_user1", given='"${second.id}"', of="second", origin=ORIGIN),
        read("chat_user1"),
        probes=TOLD if where == "client leg" else ("session.id_not_invented",),
        faults=(Fault(kind, where),),
    )


CASES = tuple(_damaged(kind, where) for kind in (*DAMAGES, *CORS) for where in SIDES)
