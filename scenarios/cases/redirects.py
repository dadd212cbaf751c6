"""The upstream sends the request to another origin."""

from fakes.script import error
from harness.case import Fault
from scenarios.asking import DIALECTS, case, chat, modes

STATUSES = (301, 302, 303, 307, 308)
LOCATION = (("Location", "$elsewhere/nextjs-api/stream/create-evaluation"),)

CASES = tuple(
    case(
        f"redirect_{status}_{modes(stream)}",
        dialect,
        chat(dialect, error(status, "", LOCATION, "text/plain"), stream=stream),
        probes=("secrets.not_across_redirect", "retry.bounded"),
        faults=(Fault("redirect", "upstream"),),
    )
    for dialect in DIALECTS
    for status in STATUSES
    for stream in (True, False)
)
