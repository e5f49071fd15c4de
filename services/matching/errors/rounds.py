"""What can go wrong with rounds and their proposals."""

from shared.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable


class RoundNotFound(NotFound):
    """No round has this id, or it is not published and the caller is no officer."""

    code = "round_not_found"
    title = "There is no such round"


class ProposalNotFound(NotFound):
    """No proposal has this id, or it is not published and the caller is no officer."""

    code = "proposal_not_found"
    title = "There is no such proposal"


class RoundNotSolved(Conflict):
    """Only a solved round that is not yet published can be published."""

    code = "round_not_solved"
    title = "The round is not solved, or published already"


class RoundEnded(Conflict):
    """Only a round that waits or is being solved can be cancelled."""

    code = "round_ended"
    title = "The round has ended already"


class RoundIsWhatIf(Conflict):
    """A what-if shows how a round would come out; ask for a round to publish."""

    code = "round_is_what_if"
    title = "A what-if can't be published"


class RoundResultMissing(Conflict):
    """The round has no result to look into: it is not solved yet, failed, or was cancelled."""

    code = "round_result_missing"
    title = "The round has no result"


class RoundExchangesDiffer(Conflict):
    """Two rounds can be compared only within one exchange."""

    code = "round_exchanges_differ"
    title = "The rounds are of different exchanges"


class RoundBaseMissing(Conflict):
    """No round stood published when this one was asked for: name the one to compare with."""

    code = "round_base_missing"
    title = "There is no round to compare with"


class RoundCityNotFound(NotFound):
    """The city takes no part in the round."""

    code = "round_city_not_found"
    title = "The city is not in this round"


class ReasonsBusy(Unavailable):
    """Reasons are worked out one after the other; the queue is full, or it took too long."""

    code = "reasons_busy"
    title = "Too many questions at once"

    def __init__(self, detail: str = "", seconds: int = 5) -> None:
        """Say when to come back."""
        super().__init__(detail, headers={"Retry-After": str(seconds)})


class RoundOutdated(Conflict):
    """Answers of cities or a later round have overtaken this round; ask for a new one."""

    code = "round_outdated"
    title = "The round has been overtaken by events"


class RoundExchangeUnknown(InvalidInput):
    """The round names an exchange that does not exist."""

    code = "round_exchange_unknown"
    title = "The exchange does not exist"

    def __init__(self, detail: str = "") -> None:
        """Point to the exchange."""
        errors = [FieldError("/exchange_id", self.code, "is no exchange")]
        super().__init__(detail, errors=errors)


class RoundTooLarge(InvalidInput):
    """More cities are admitted on one side than one round takes."""

    code = "round_too_large"
    title = "Too many cities for one round"


class RoundCityNotAdmitted(InvalidInput):
    """A lock or veto names a city that is not admitted to the exchange on that side."""

    code = "round_city_not_admitted"
    title = "A lock or veto names a city that is not admitted"

    def __init__(self, fields: tuple[str, ...] = ()) -> None:
        """Point to the cities in question."""
        message = "is not admitted to this exchange on this side"
        super().__init__(errors=[FieldError(each, self.code, message) for each in fields])


class RoundPairsContradictory(InvalidInput):
    """A pair is locked and vetoed, named twice, or vetoed although its cities have accepted."""

    code = "round_pairs_contradictory"
    title = "Locks and vetoes contradict each other"

    def __init__(self, fields: tuple[str, ...] = ()) -> None:
        """Point to the pairs in question."""
        message = "is named twice, or is locked or accepted already"
        super().__init__(errors=[FieldError(each, self.code, message) for each in fields])


class RematchUnneeded(Conflict):
    """There is nobody to match anew: see the detail."""

    code = "rematch_unneeded"
    title = "There is nobody to match anew"
