"""Reads a round's proof from the named file or from stdin, checks it, and says what holds."""

import json
import sys
from pathlib import Path

from tools.check_round.claims import judge
from tools.check_round.keeping import check_suggestions, keeps_rules, taken_options
from tools.check_round.reading import Json, WrongError, read_round
from tools.check_round.stability import check_stability


def check(answer: Json) -> list[str]:
    """Check a round and give, in words, what was proven.

    Raises:
        WrongError: something does not hold.
    """
    try:
        round_ = read_round(answer["problem"])
        taken = taken_options(round_, answer)
        keeps_rules(round_, taken)
        check_suggestions(round_, taken, answer)
        return [
            f"{len(taken):,} pairs keep every rule",
            *check_stability(round_, taken, answer),
            *judge(round_, taken, answer["certificate"]),
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WrongError(f"not the form of a proof: {type(error).__name__} {error}") from error


def main(arguments: list[str]) -> int:
    """Check what the file, or stdin, holds; return 1 when anything is wrong."""
    text = Path(arguments[0]).read_bytes() if arguments else sys.stdin.buffer.read()
    try:
        lines = check(json.loads(text))
    except (WrongError, json.JSONDecodeError) as error:
        sys.stderr.write(f"WRONG: {error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
