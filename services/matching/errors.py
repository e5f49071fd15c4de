"""What can go wrong in matching, below the lines of shared.errors.

    NotFound 404      ProgrammeNotFound, ExchangeNotFound, ApplicationNotFound, RoundNotFound,
                      ProposalNotFound, PairingNotFound
    Conflict 409      CallClosed, ExchangeClosed, ApplicationExists, ApplicationStatusUnfit,
                      ApplicationCityWithdrawn, ApplicationThresholdMissed,
                      ApplicationWaiverMissing, RoundNotSolved, RoundOutdated, PairingNotProposed,
                      PairingAnswered, PairingEnded
    InvalidInput 422  ProgrammeDatesReversed, ExchangeProgrammeUnknown, ExchangeWeightsUnbalanced,
                      ExchangeTimeZoneUnknown, ExchangeDeadlineUnfit, ApplicationExchangeUnknown,
                      ApplicationCityUnknown, ApplicationSideMismatch, RoundExchangeUnknown,
                      RoundTooLarge, RoundCityNotAdmitted, RoundPairsContradictory,
                      PairingSideMissing

Promises: a detail names ids and fields, never a person.
"""

from shared.errors import Conflict, FieldError, InvalidInput, NotFound


class ProgrammeNotFound(NotFound):
    """No programme has this id."""

    code = "programme_not_found"
    title = "There is no such programme"


class ExchangeNotFound(NotFound):
    """No exchange has this id."""

    code = "exchange_not_found"
    title = "There is no such exchange"


class ApplicationNotFound(NotFound):
    """No application has this id, or it is somebody else's draft."""

    code = "application_not_found"
    title = "There is no such application"


class RoundNotFound(NotFound):
    """No round has this id, or it is not published and the caller is no officer."""

    code = "round_not_found"
    title = "There is no such round"


class ProposalNotFound(NotFound):
    """No proposal has this id, or it is not published and the caller is no officer."""

    code = "proposal_not_found"
    title = "There is no such proposal"


class PairingNotFound(NotFound):
    """No pairing has this id."""

    code = "pairing_not_found"
    title = "There is no such pairing"


class CallClosed(Conflict):
    """The deadline of the call has passed, or the call was closed before it."""

    code = "call_closed"
    title = "The call for applications is closed"


class ExchangeClosed(Conflict):
    """The exchange's call is closed for good."""

    code = "exchange_closed"
    title = "The exchange is closed"


class ApplicationExists(Conflict):
    """A city applies once per exchange; the detail names its application."""

    code = "application_exists"
    title = "The city has an application for this exchange already"


class ApplicationStatusUnfit(Conflict):
    """The application's status does not allow this step; the detail says from which it is."""

    code = "application_status_unfit"
    title = "The application's status does not allow this"


class ApplicationCityWithdrawn(Conflict):
    """The city has left the register and can't take part."""

    code = "application_city_withdrawn"
    title = "The city has left the register"


class ApplicationThresholdMissed(Conflict):
    """The city is below a hard threshold of the exchange, which nobody may waive."""

    code = "application_threshold_missed"
    title = "The city is below a hard threshold of the exchange"


class ApplicationWaiverMissing(Conflict):
    """The city is below a soft threshold, or its size is unknown: say why it is admitted anyway."""

    code = "application_waiver_missing"
    title = "Admitting this city needs a reason for the waiver"


class RoundNotSolved(Conflict):
    """Only a solved round that is not yet published can be published."""

    code = "round_not_solved"
    title = "The round is not solved, or published already"


class RoundOutdated(Conflict):
    """Answers of cities or a later round have overtaken this round; ask for a new one."""

    code = "round_outdated"
    title = "The round has been overtaken by events"


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


class ProgrammeDatesReversed(InvalidInput):
    """The programme would end before it starts."""

    code = "programme_dates_reversed"
    title = "A programme does not end before it starts"

    def __init__(self, detail: str = "") -> None:
        """Point to the end."""
        super().__init__(detail, errors=[FieldError("/ends_on", self.code, "is before starts_on")])


class ExchangeProgrammeUnknown(InvalidInput):
    """The exchange names a programme that does not exist."""

    code = "exchange_programme_unknown"
    title = "The programme does not exist"

    def __init__(self, detail: str = "") -> None:
        """Point to the programme."""
        errors = [FieldError("/programme_id", self.code, "is no programme")]
        super().__init__(detail, errors=errors)


class ExchangeWeightsUnbalanced(InvalidInput):
    """Weights are per mille of the score and sum to 1000."""

    code = "exchange_weights_unbalanced"
    title = "The weights must sum to 1000"

    def __init__(self, total: int = 0) -> None:
        """Say what they sum to."""
        errors = [FieldError("/weights", self.code, f"sum to {total} instead of 1000")]
        super().__init__(errors=errors)


class ExchangeTimeZoneUnknown(InvalidInput):
    """The name is not one of the IANA time zone database."""

    code = "exchange_time_zone_unknown"
    title = "The time zone is unknown"

    def __init__(self, detail: str = "") -> None:
        """Point to the zone."""
        message = "is no IANA time zone such as Europe/Lisbon"
        super().__init__(detail, errors=[FieldError("/time_zone", self.code, message)])


class ExchangeDeadlineUnfit(InvalidInput):
    """A deadline lies in the future; an extension is later than the deadline before."""

    code = "exchange_deadline_unfit"
    title = "The deadline does not fit"

    def __init__(self, detail: str = "") -> None:
        """Point to the date and say what is wrong with it."""
        message = detail or "does not fit"
        super().__init__(detail, errors=[FieldError("/deadline_date", self.code, message)])


class ApplicationExchangeUnknown(InvalidInput):
    """The application names an exchange that does not exist."""

    code = "application_exchange_unknown"
    title = "The exchange does not exist"

    def __init__(self, detail: str = "") -> None:
        """Point to the exchange."""
        errors = [FieldError("/exchange_id", self.code, "is no exchange")]
        super().__init__(detail, errors=errors)


class ApplicationCityUnknown(InvalidInput):
    """The register has not told us of the city; it may in a moment."""

    code = "application_city_unknown"
    title = "The city is not known here (yet)"


class ApplicationSideMismatch(InvalidInput):
    """The partner side is for cities of the exchange's partner country, the EU side for others."""

    code = "application_side_mismatch"
    title = "The city does not belong to this side of the exchange"

    def __init__(self, detail: str = "") -> None:
        """Point to the side."""
        errors = [FieldError("/side", self.code, "does not fit the city's country")]
        super().__init__(detail, errors=errors)


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


class PairingSideMissing(InvalidInput):
    """An officer answers on behalf of a side, and a coordinator of both cities names one."""

    code = "pairing_side_missing"
    title = "Say for which side you answer"

    def __init__(self, detail: str = "") -> None:
        """Point to the side."""
        errors = [FieldError("/side", self.code, "is needed: eu or partner")]
        super().__init__(detail, errors=errors)
