"""A sample client of the session services, right or with one of the mistakes that clients make.

    uv run python -m fakes.session_client --base-url http://127.0.0.1:3002
    uv run python -m fakes.session_client --base-url http://127.0.0.1:3002 --mistake fallback_id

It is here to be diagnosed: `proxytrial diagnose --client COMMAND`. Mistakes: `no_extraction` never
looks at the answer's header fields; `exact_case` looks the name up in a plain dictionary, while
servers send names in lower case too; `fallback_id` makes an id up in the right form;
`upper_cased_id` sends the id back in upper case.
"""

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import sseclient

HEADER = "X-Streaming-Session-Id"
MISTAKES = ("no_extraction", "exact_case", "fallback_id", "upper_cased_id")
LIMIT = 60.0  # seconds that an answer may be silent


class Client:
    """One user at the three services. Its calls raise requests.HTTPError when one refuses."""

    def __init__(self, chat: str, auth: str, accounting: str) -> None:
        self.chat, self.auth, self.accounting = chat, auth, accounting
        self.http = requests.Session()
        self.http.trust_env = False

    def log_in(self, username: str, password: str) -> dict[str, Any]:
        told = {"username": username, "password": password}
        return self.post(f"{self.auth}/api/auth/login", told)

    def give_credits(self, admin: str, account: str, amount: int) -> None:
        """`account` is the id out of the login's answer; a user's name would credit nobody."""
        told = {"userId": account, "credits": amount, "expiryDays": 1, "notes": "sample client"}
        self.post(f"{self.accounting}/api/credits/allocate", told, admin)

    def stream(self, session: str, message: str, model: str) -> tuple[Mapping[str, str], list[str]]:
        """The header fields of the stream, and the texts of its chunks."""
        told = {"message": message, "modelId": model}
        url = f"{self.chat}/api/chat/sessions/{session}/stream"
        with self.http.post(url, json=told, stream=True, timeout=LIMIT) as answer:
            answer.raise_for_status()
            return answer.headers, list(texts(answer))

    def post(self, url: str, content: object, token: str = "") -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.http.post(url, json=content, headers=bearer, timeout=LIMIT)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def texts(answer: requests.Response) -> Iterator[str]:
    """Until the event that ends the stream. Raises ValueError for an error event."""
    for event in sseclient.SSEClient(answer.iter_content(None)).events():
        if event.event == "done":
            return
        if event.event == "error":
            raise ValueError(event.data)
        if event.event == "chunk":
            yield json.loads(event.data)["text"]


def id_of(headers: Mapping[str, str], mistake: str = "") -> str | None:
    """The id as the answer's header tells it, or what the mistake makes of it."""
    if mistake == "no_extraction":
        return None
    if mistake == "fallback_id":
        return f"stream-{int(time.time())}-{uuid.uuid4()}"
    if mistake == "exact_case":
        return dict(headers).get(HEADER)
    return headers[HEADER].upper() if mistake == "upper_cased_id" else headers[HEADER]


def run(client: Client, user: str, admin: str, message: str, mistake: str) -> bool:
    """The whole flow; whether the update was accepted."""
    told = client.log_in(*user.split(":", 1))
    boss = client.log_in(*admin.split(":", 1))
    client.give_credits(boss["accessToken"], told["user"]["id"], 1000)
    client.http.headers["Authorization"] = f"Bearer {told['accessToken']}"
    opened = {"title": "sample", "initialMessage": "hello"}
    session = client.post(f"{client.chat}/api/chat/sessions", opened)["sessionId"]
    listed = client.http.get(f"{client.chat}/api/models", timeout=LIMIT).json()["models"]
    model = next(one["id"] for one in listed if one["available"])
    headers, pieces = client.stream(session, message, model)
    given = id_of(headers, mistake)
    print(f"stream     {len(pieces)} chunks, id {given}")
    content = {"completeResponse": "".join(pieces), "tokensUsed": len(pieces)}
    url = f"{client.chat}/api/chat/sessions/{session}/update-stream"
    answer = client.http.post(url, json=content | {"streamingSessionId": given}, timeout=LIMIT)
    print(f"update     {answer.status_code} {answer.text}")
    client.http.delete(f"{client.chat}/api/chat/sessions/{session}", timeout=LIMIT)
    return answer.ok


def beside(chat: str, port: int) -> str:
    """Another service's address: on its own port if the chat service is on 3002, else the same."""
    parts = urlsplit(chat)
    same = parts.port != 3002
    return chat if same else parts._replace(netloc=f"{parts.hostname}:{port}").geturl()


def main() -> None:
    parser = argparse.ArgumentParser(prog="session_client", description=__doc__.split("\n\n")[0])
    parser.add_argument("--base-url", required=True, help="the chat service")
    parser.add_argument("--auth-url", default=os.environ.get("AUTH_URL", ""))
    parser.add_argument("--accounting-url", default=os.environ.get("ACCOUNTING_URL", ""))
    parser.add_argument("--user", default="user1:User1@123", help="USER:PASSWORD")
    parser.add_argument("--admin", default="admin:admin@admin", help="USER:PASSWORD")
    parser.add_argument("--message", default="a few words to repeat")
    parser.add_argument("--mistake", choices=MISTAKES, default="")
    asked = parser.parse_args()
    chat = asked.base_url.rstrip("/")
    auth = asked.auth_url or beside(chat, 3000)
    client = Client(chat, auth, asked.accounting_url or beside(chat, 3001))
    try:
        good = run(client, asked.user, asked.admin, asked.message, asked.mistake)
    except (requests.RequestException, ValueError) as error:
        sys.exit(f"session_client: {error}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
