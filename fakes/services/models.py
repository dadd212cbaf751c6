"""The models that the chat service offers, and what a chunk of theirs costs."""

from fakes.services.answers import Refused
from fakes.services.shapes import Model

MODELS = (
    Model("fake", "Fake", credit_cost=1, max_tokens=4096, available=True),
    Model("fake-large", "Fake Large", credit_cost=5, max_tokens=16384, available=True),
    Model("fake-retired", "Fake Retired", credit_cost=1, max_tokens=1024, available=False),
)


def model_of(identity: str) -> Model:
    """Raises Refused 400 for an unknown one and for one that cannot be had now."""
    found = next((one for one in MODELS if one.id == identity), None)
    if not found:
        raise Refused(400, "There is no such model; GET /api/models lists them.")
    if not found.available:
        raise Refused(400, f"The model {found.id} is not available.")
    return found
