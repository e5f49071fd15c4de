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


class PairingAnswerLate(Conflict):
    """The date for the answer has passed: the pairing lapses."""

    code = "pairing_answer_late"
    title = "The date for the answer has passed"


class PairingNotActive(Conflict):
    """The pairing is no cooperation under way."""

    code = "pairing_not_active"
    title = "The pairing is not active"


class PairingNotSuspended(Conflict):
    """Only a suspended pairing can be resumed."""

    code = "pairing_not_suspended"
    title = "The pairing is not suspended"


class PairingReplacementLive(Conflict):
    """The pairing that replaces this one has not ended: replace that one."""

    code = "pairing_replacement_live"
    title = "The pairing has a replacement that goes on"


class PairingPartnerTaken(Conflict):
    """The city that stays has found as many partners as it takes meanwhile, or left."""

    code = "pairing_partner_taken"
    title = "The city that stays takes no more partners"


class PairingMemorandumUnfit(InvalidInput):
    """The date of a memorandum needs a memorandum, and lies in the past."""

    code = "pairing_memorandum_unfit"
    title = "The date of the memorandum does not fit"

    def __init__(self, message: str = "does not fit") -> None:
        """Point to the date and say what is wrong with it."""
        super().__init__(errors=[FieldError("/memorandum_on", self.code, message)])


class PairingReplacementUnfit(InvalidInput):
    """The city can't take the place: it is not admitted or on reserve there, or has no capacity."""

    code = "pairing_replacement_unfit"
    title = "The city can't take the partner's place"

    def __init__(self, message: str = "does not fit") -> None:
        """Point to the city and say what is wrong with it."""
        super().__init__(errors=[FieldError("/city_id", self.code, message)])


class ActionNotFound(NotFound):
    """No action has this id."""

    code = "action_not_found"
    title = "There is no such action"


class ActionFixed(Conflict):
    """What, who and when come from an activity's action item: change them there."""

    code = "action_fixed"
    title = "The action is decided at its activity"


class ActionEnded(Conflict):
    """The action is done or dropped; open it again first."""

    code = "action_ended"
    title = "The action has ended"


class ActionCommentsFull(Conflict):
    """The action has as many comments as it can hold."""

    code = "action_comments_full"
    title = "The action takes no more comments"


class ActionPlanFull(Conflict):
    """The pairing's plan has as many actions as it can hold."""

    code = "action_plan_full"
    title = "The action plan takes no more actions"


class ActionOwnerUnfit(InvalidInput):
    """An action is owned by one of the pairing's two cities."""

    code = "action_owner_unfit"
    title = "The owner is not one of the two cities"

    def __init__(self, detail: str = "") -> None:
        """Point to the owner."""
        message = "is neither of the pairing's cities"
        super().__init__(detail, errors=[FieldError("/owner_city_id", self.code, message)])


class ActionEvidenceMissing(InvalidInput):
    """A done action says what came of it, a dropped one why."""

    code = "action_evidence_missing"
    title = "Say what came of the action, or why it is dropped"

    def __init__(self, detail: str = "") -> None:
        """Point to the evidence."""
        message = "is needed to end an action"
        super().__init__(detail, errors=[FieldError("/evidence", self.code, message)])


class ActionScopeMissing(InvalidInput):
    """A list of actions is one of a pairing, of a city or of an exchange."""

    code = "action_scope_missing"
    title = "Say whose actions: of a pairing, a city or an exchange"

    def __init__(self, filters: tuple[str, ...] = ()) -> None:
        """Point to the narrowest scope, and to the filters that are left without one."""
        errors = [FieldError("pairing_id", self.code, "is needed, or city_id, or exchange_id")]
        errors += [FieldError(each, self.code, "narrows one of these lists") for each in filters]
        super().__init__(errors=errors)
