"""What can go wrong with good practices."""

from collections.abc import Iterable

from shared.errors import Conflict, FieldError, InvalidInput, NotFound


class PracticeNotFound(NotFound):
    """No practice has this id, or the caller may not know that there is one."""

    code = "practice_not_found"
    title = "There is no such good practice"


class PracticeStatusUnfit(Conflict):
    """The practice is at another point of its life than this step needs."""

    code = "practice_status_unfit"
    title = "The practice's status does not allow this"

    def __init__(self, status: str = "", allowed: Iterable[str] = ()) -> None:
        """Say what it is and what it would have to be."""
        needed = " or ".join(allowed)
        super().__init__(f"The practice is {status}; this needs {needed}." if status else "")


class PracticeCheckerSame(Conflict):
    """One officer may not make both checks."""

    code = "practice_checker_same"
    title = "The two checks must be made by two officers"


class PracticeTopicsUnknown(InvalidInput):
    """A practice names topics that the taxonomy does not have, or has given up."""

    code = "practice_topics_unknown"
    title = "A practice speaks of topics of the taxonomy that are in use"

    def __init__(self, positions: Iterable[int] = ()) -> None:
        """Point to the topics in question."""
        message = "is no topic of the taxonomy, or a deprecated one"
        fields = (f"/topics/{position}" for position in positions)
        super().__init__(errors=[FieldError(each, self.code, message) for each in fields])


class PracticeContactUnknown(InvalidInput):
    """The person to ask is no contact of the practice's city."""

    code = "practice_contact_unknown"
    title = "The contact of a practice is a contact of its city"

    def __init__(self, detail: str = "") -> None:
        """Point to the contact."""
        errors = [FieldError("/contact_id", self.code, "is no contact of this city")]
        super().__init__(detail, errors=errors)


class PracticeOriginUnknown(InvalidInput):
    """What the practice was adapted from is no published practice of another city."""

    code = "practice_origin_unknown"
    title = "A practice is adapted from a published practice of another city"

    def __init__(self, detail: str = "") -> None:
        """Point to the origin."""
        message = "is no published practice of another city"
        super().__init__(detail, errors=[FieldError("/adapted_from", self.code, message)])


class PracticeVisitStray(InvalidInput):
    """A visit is named without the practice that was seen there."""

    code = "practice_visit_stray"
    title = "A visit needs the practice that was seen there"

    def __init__(self, detail: str = "") -> None:
        """Point to the visit."""
        errors = [FieldError("/visit_id", self.code, "needs adapted_from as well")]
        super().__init__(detail, errors=errors)


class PracticeRecheckPast(InvalidInput):
    """The next check of a practice would be in the past."""

    code = "practice_recheck_past"
    title = "The next check is after today"

    def __init__(self, detail: str = "") -> None:
        """Point to the date."""
        errors = [FieldError("/recheck_on", self.code, "must be after today")]
        super().__init__(detail, errors=errors)


class PracticeCommentsFull(Conflict):
    """The practice has as many comments as one may have."""

    code = "practice_comments_full"
    title = "The practice has too many comments"
