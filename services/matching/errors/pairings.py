"""What can go wrong with pairings and their action plans."""

from shared.errors import Conflict, FieldError, InvalidInput, NotFound


class PairingNotFound(NotFound):
    """No pairing has this id."""

    code = "pairing_not_found"
    title = "There is no such pairing"


class PairingNotProposed(Conflict):
    """The pairing no longer waits for answers."""

    code = "pairing_not_proposed"
    title = "The pairing does not wait for an answer"


class PairingAnswered(Conflict):
    """This side has accepted already."""

    code = "pairing_answered"
    title = "This side has accepted already"


class PairingEnded(Conflict):
    """The pairing is concluded or dissolved."""

    code = "pairing_ended"
    title = "The pairing has ended"


class PairingSideMissing(InvalidInput):
    """An officer answers on behalf of a side, and a coordinator of both cities names one."""

    code = "pairing_side_missing"
    title = "Say for which side you answer"

    def __init__(self, detail: str = "") -> None:
        """Point to the side."""
        errors = [FieldError("/side", self.code, "is needed: eu or partner")]
        super().__init__(detail, errors=errors)
