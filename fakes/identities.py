"""The trial's own credentials: made up, worth nothing, known to the edge and given to the target.

A clearance cookie is bound to the User-Agent it was issued for, as Cloudflare binds
`cf_clearance`; the edge refuses it from any other.
"""

from contracts.record import Secret

CLIENT_KEY = "sk-trial-5b1f0c9e7d2a4386"
AUTH_TOKENS = (
    "base64-trial-auth-one-9f3c61d07be2",
    "base64-trial-auth-two-4a8e15b2c6d9",
    "base64-trial-auth-three-d71c0e5f38ab",
)
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
USER_AGENTS = (
    f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME}",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}",
)
CLEARANCES = ("trial-clearance-one.8c2d4e6fa0b1", "trial-clearance-two.17d3f5a9c2e4")
BINDINGS = tuple(zip(CLEARANCES, USER_AGENTS, strict=True))
CAPTCHA_PATH = "/captcha/token"
MODEL = "fake"
CLIENT_USER_AGENT = USER_AGENTS[0]

SECRETS = (
    Secret("client_key", CLIENT_KEY),
    *(Secret("auth_token", token) for token in AUTH_TOKENS),
    *(Secret("clearance", cookie) for cookie in CLEARANCES),
)


def placeholders() -> dict[str, str]:
    """What a target file may write for these: `{auth_1}`, `{clearance_1}`, `{user_agent_1}`."""
    numbered = {"auth": AUTH_TOKENS, "clearance": CLEARANCES, "user_agent": USER_AGENTS}
    found = {f"{k}_{n}": v for k, values in numbered.items() for n, v in enumerate(values, 1)}
    return found | {"api_key": CLIENT_KEY, "captcha_path": CAPTCHA_PATH, "model": MODEL}
