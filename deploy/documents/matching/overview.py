"""docs/matching/README.md: what the examples are, and the commands around a round."""

OVERVIEW = """\
# Matching by example

<!-- Written by `make docs`. -->

| page | shows |
|---|---|
| [Quotas](quotas.md) | country quotas, what they cost, and rules that can't all be kept |
| [Trios](trios.md) | groups of one city with two of the other side |
| [Mentors](mentors.md) | cities that teach one or two learners each |

Each page has the data, the request, the answer with its plot, and the platform's own sentences. The
rounds are solved when the pages are written, and `make check` fails when a page is not current.

## Around a round

| question | ask |
|---|---|
| Why this pair? | `GET /v1/proposals/{proposal_id}/reasons` |
| Why not Lisbon? | `GET /v1/rounds/{round_id}/pairs/{eu_city_id}/{partner_city_id}/reasons` |
| What would have to change? | `GET /v1/rounds/{round_id}/pairs/{eu}/{partner}/changes` |
| All alternatives of a city, with what each would cost | \
`GET /v1/rounds/{round_id}/cities/{city_id}/alternatives?sort=loss` |
| Is it the only choice as good? Who would rather have whom? | `GET /v1/rounds/{round_id}/reasons` |
| What if the weights, rules, locks or vetoes were others? | \
`POST /v1/rounds/{round_id}/what-ifs`, then `GET /v1/rounds/{what_if}/comparison` |
| What changed against the published round? | `GET /v1/rounds/{round_id}/comparison` |
| Is it fair? | `GET /v1/exchanges/{exchange_id}/fairness`; with plots at `/fairness/page` |
| Does it come out the same again? | `worldcities matching replay ROUND` |
| Does the proof hold, to a checker that shares no code? | `worldcities matching check ROUND` |
"""


def overview() -> str:
    """Give the page."""
    return OVERVIEW
