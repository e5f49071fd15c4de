"""What can go wrong with programmes, exchanges and their calls, and with applications."""

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


class ExchangeRulesInvalid(InvalidInput):
    """Rules of the exchange can't be meant so; each field that is wrong is named."""

    code = "exchange_rules_invalid"
    title = "The rules of the exchange contradict themselves"

    def __init__(self, errors: tuple[FieldError, ...] = ()) -> None:
        """Name the fields."""
        super().__init__(errors=list(errors))


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


class ApplicationCapacityExceeded(InvalidInput):
    """The city wants more partners than the exchange allows on its side."""

    code = "application_capacity_exceeded"
    title = "The exchange does not allow so many partners"

    def __init__(self, most: int = 0) -> None:
        """Point to the wish and name the limit."""
        message = f"the exchange allows at most {most}"
        super().__init__(errors=[FieldError("/criteria/capacity", self.code, message)])


class ReserveListDiffers(Conflict):
    """The order must name every application that is on the list of the side, once each."""

    code = "reserve_list_differs"
    title = "The reserve list holds other applications than these"


class ApplicationPaired(Conflict):
    """The city cooperates in the exchange: that has to end first."""

    code = "application_paired"
    title = "The city has a partner in this exchange"
