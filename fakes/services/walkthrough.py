"""The whole flow by hand: a curl line for each step, to be pasted one by one or as a whole.

The lines hand on what they get in shell variables: TOKEN, USER_ID, ADMIN, SESSION, ID.
"""

from collections.abc import Mapping

STEPS = (
    ("Are they up?", r"curl -s -w '\n' <AUTH>/health <ACCOUNTING>/health <CHAT>/health"),
    (
        "Log in as a user",
        """LOGIN=$(curl -s <AUTH>/api/auth/login <JSON>"""
        """ -d '{"username":"user1","password":"User1@123"}'); echo "$LOGIN" """,
    ),
    ("The token of the user", 'TOKEN=$(echo "$LOGIN" | <TAKE accessToken>)'),
    ("The id of the user", 'USER_ID=$(echo "$LOGIN" | <TAKE id>)'),
    (
        "The token of an admin",
        """ADMIN=$(curl -s <AUTH>/api/auth/login <JSON>"""
        """ -d '{"username":"admin","password":"admin@admin"}' | <TAKE accessToken>)""",
    ),
    (
        "Credits for the user: 201",
        """<SHOW> <ACCOUNTING>/api/credits/allocate -H "Authorization: Bearer $ADMIN" <JSON>"""
        """ -d '{"userId":"'$USER_ID'","credits":1000,"expiryDays":30,"notes":"by hand"}'""",
    ),
    (
        "A session",
        """SESSION=$(curl -s <CHAT>/api/chat/sessions <MINE> <JSON>"""
        """ -d '{"title":"By hand"}' | <TAKE sessionId>); echo "$SESSION" """,
    ),
    ("The models: 200", "<SHOW> <CHAT>/api/models <MINE>"),
    ("A stream, and its id", "<STREAM>"),
    (
        "An update with the correct id: 200",
        """<UPDATE> -d '{"completeResponse":"one two three","tokensUsed":3,"""
        """"streamingSessionId":"'$ID'"}'""",
    ),
    ("Another stream", "<STREAM>"),
    (
        "An update with an incorrect id: 400, mismatch",
        """<UPDATE> -d '{"completeResponse":"one two three","tokensUsed":3,"""
        """"streamingSessionId":"stream-1700000000000-00000000-0000-4000-8000-000000000000"}'""",
    ),
    ("What was stored: 200", "<SHOW> <CHAT>/api/chat/sessions/$SESSION <MINE>"),
    ("What it cost: 200", "<SHOW> <ACCOUNTING>/api/credits/balance <MINE>"),
    ("Delete the session: 200", "<SHOW> -X DELETE <CHAT>/api/chat/sessions/$SESSION <MINE>"),
)
"""What a step does, without quotes, and its line; words in angle brackets are explained below."""

WORDS = {
    "STREAM": """ID=$(curl -sNi <CHAT>/api/chat/sessions/$SESSION/stream <MINE> <JSON>"""
    """ -d '{"message":"one two three","modelId":"fake"}' | tee -a /dev/stderr"""
    r""" | grep -i '^<ID>:' | tr -d '\r' | cut -d' ' -f2); echo "$ID" """,
    "UPDATE": "<SHOW> <CHAT>/api/chat/sessions/$SESSION/update-stream <MINE> <JSON>",
    "SHOW": r"curl -s -w '\n%{http_code}\n'",
    "MINE": '-H "Authorization: Bearer $TOKEN"',
    "JSON": "-H 'Content-Type: application/json'",
    **{
        f"TAKE {name}": rf"""sed 's/.*"{name}":"\([^"]*\)".*/\1/'"""
        for name in ("accessToken", "id", "sessionId")
    },
}


def walkthrough(auth: str, accounting: str, chat: str, id_header: str) -> list[tuple[str, str]]:
    """auth, accounting, chat: their base URLs. For each step, what it does and its line."""
    words = WORDS | {"AUTH": auth, "ACCOUNTING": accounting, "CHAT": chat, "ID": id_header}
    return [(title, written(line, words).strip()) for title, line in STEPS]


def block(auth: str, accounting: str, chat: str, id_header: str) -> str:
    """All of it as one script, what a step does as a comment."""
    steps = walkthrough(auth, accounting, chat, id_header)
    return "\n\n".join(f"# {title}\n{line}" for title, line in steps)


def diagnosis(auth: str, accounting: str, chat: str) -> str:
    """The line that looks for the cause of a refused id in these services."""
    where = f"--base-url {chat} --auth-url {auth} --accounting-url {accounting}"
    return f"uv run proxytrial diagnose {where}"


def written(line: str, words: Mapping[str, str]) -> str:
    for word, meaning in words.items():
        line = line.replace(f"<{word}>", meaning)
    return line
