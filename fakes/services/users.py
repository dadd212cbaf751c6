"""Who may log in. The passwords are public, so their hashes need not be costly."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

COST = {"n": 64, "r": 8, "p": 1}  # scrypt; 0.2 ms


@dataclass(frozen=True, slots=True)
class Account:
    """id: 24 hex digits, the same in every system; accounting knows a user by it alone."""

    id: str
    username: str
    email: str
    role: str
    salt: bytes
    hash: bytes


END_USERS = 20
PASSWORDS = (
    ("admin", "admin@admin", "admin"),
    ("supervisor1", "Supervisor1@", "supervisor"),
    ("supervisor2", "Supervisor1@", "supervisor"),
    *((f"user{number}", "User1@123", "enduser") for number in range(1, END_USERS + 1)),
)
"""User name, password, role."""


def user_id(username: str) -> str:
    """The `id` of the login answer, which is the token's `sub`."""
    return hashlib.sha256(f"proxytrial user {username}".encode()).hexdigest()[:24]


def hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **COST)


def account(username: str, password: str, role: str) -> Account:
    salt, email = secrets.token_bytes(16), f"{username}@example.invalid"
    return Account(user_id(username), username, email, role, salt, hashed(password, salt))


def is_password_of(found: Account, password: str) -> bool:
    return hmac.compare_digest(found.hash, hashed(password, found.salt))
