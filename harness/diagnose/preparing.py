"""The steps before the first stream: is everybody there, may we ask, and where?"""

from contracts.message import Message
from harness.diagnose.endpoints import Members, dig, login_of
from harness.diagnose.evidence import Evidence, Found, judged, skipped
from harness.diagnose.visit import Visit
from harness.diagnose.wire import Origin
from harness.errors import TargetError, UsageError

EXPIRY_DAYS = 1


def health(visit: Visit, seen: Evidence) -> Found:
    """Raises TargetError if a service cannot be reached, UsageError if a proxy leads elsewhere."""
    _leads_there(visit)
    asked = [(name, path, origin) for name, path, origin in _services(visit) if path]
    if not asked:
        return skipped("the map has no health paths", seen)
    limit = visit.settings.health_limit
    statuses = {
        name: visit.wire.ask("GET", origin, path, limit=limit).status
        for name, path, origin in asked
    }
    saw = ", ".join(f"{name} {status}" for name, status in statuses.items())
    good = all(200 <= status < 300 for status in statuses.values())
    return judged(good, "asked each service for its health", saw, seen)


def _leads_there(visit: Visit) -> None:
    """Through the proxy a cheap request is answered as it is directly: status, JSON or not."""
    settings, paths = visit.settings, visit.map.paths
    login = paths.login if settings.auth_url == settings.base_url else ""
    path = paths.chat_health or login
    if not (settings.through and path):
        return
    direct, proxied = (
        one.wire.ask("GET", one.chat, path, limit=settings.health_limit)
        for one in (visit, visit.through(settings.through))
    )
    if _sort(direct) != _sort(proxied):
        got = f"{proxied.status} {proxied.media_type}".strip()
        raise UsageError(f"--through {settings.through} does not lead to --base-url ({got})")


def _sort(answer: Message) -> tuple[int, bool]:
    return answer.status, answer.json() is not None


def _services(visit: Visit) -> tuple[tuple[str, str, Origin], ...]:
    """Only those that the walk needs."""
    settings, paths = visit.settings, visit.map.paths
    auth = "" if settings.token else paths.auth_health
    accounting = paths.accounting_health if _allocates(visit) else ""
    return (
        ("auth", auth, settings.auth),
        ("accounting", accounting, settings.accounting),
        ("chat", paths.chat_health, visit.chat),
    )


def login(visit: Visit, seen: Evidence) -> Found:
    """Raises UsageError if the user is refused."""
    settings = visit.settings
    if settings.token:
        visit.token = settings.token
        visit.hide("token", settings.token)
        return skipped("a token was given", seen)
    user = settings.login or login_of(visit.map.login, "--login")
    visit.token, visit.account = visit.log_in(user, f"--login of {user.user}")
    return judged(True, f"logged {user.user} in", "a token and an account", seen)


def credit(visit: Visit, seen: Evidence) -> Found:
    """The account is the id that the login answered with, never the user's name.

    Raises UsageError if the administrator is refused.
    """
    if not _allocates(visit):
        why = "a token was given" if visit.settings.token else "the map says credits = 0"
        return skipped(why, seen)
    settings, members = visit.settings, visit.map.members
    if not visit.account:
        lacking = f"--login: the answer has no {members.account}, so nobody can be given credits"
        raise UsageError(f"{lacking}; say in --map where the account's id is ([members] account)")
    admin = settings.admin or login_of(visit.map.admin, "--admin")
    token, _ = visit.log_in(admin, f"--admin of {admin.user}")
    told = {
        members.allocate_to: visit.account,
        members.credits: visit.map.credits,
        members.expiry_days: EXPIRY_DAYS,
        "notes": "diagnose",
    }
    origin = settings.accounting
    bearer = {"Authorization": f"Bearer {token}"}
    answer = visit.wire.ask("POST", origin, visit.map.paths.allocate, told, bearer)
    if answer.status >= 300:
        path = visit.map.paths.allocate
        raise UsageError(f"--admin of {admin.user}: {path} answered {visit.told(answer)}")
    return judged(True, f"{admin.user} gave the user credits", f"{visit.map.credits}", seen)


def _allocates(visit: Visit) -> bool:
    return visit.map.credits > 0 and not visit.settings.token


def session(visit: Visit, seen: Evidence) -> Found:
    """Raises TargetError if none is to be had."""
    return judged(True, "opened a chat session", visit.open_session(), seen)


def models(visit: Visit, seen: Evidence) -> Found:
    """The map's model, or the first that is available. Raises TargetError if there is none."""
    visit.model, path = visit.map.model, visit.map.paths.models
    if visit.model or not path:
        return skipped("the map names the model", seen)
    answer, members = visit.ask("GET", path), visit.map.members
    listed = dig(answer.json(), members.models)
    if answer.status >= 300 or not isinstance(listed, list):
        raise TargetError(f"{path} answered {visit.told(answer)}; model in --map goes without it")
    usable = [dig(one, members.model_id) for one in listed if _available(one, members)]
    if not usable:
        raise TargetError(f"{path}: no model is available")
    visit.model = str(usable[0])
    return judged(True, "asked for the models", f"{len(listed)}, and took {visit.model}", seen)


def _available(model: object, members: Members) -> bool:
    """Unless it says that it is not."""
    return dig(model, members.available) is not False
