"""Checks a round on its own: that the pairs keep the rules, and that the certificate proves them.

    curl -H "Authorization: Bearer $TOKEN" .../v1/rounds/rnd_.../proof | python -m tools.check_round

Reads that answer (or a file): `problem`, `pairs`, `certificate` and, where it is there, `solution`.
Needs Python and nothing else: it shares no line with the service, makes every score anew from what
the cities said, and believes no figure that it has not computed. Exit code 1 with the reason when
anything is wrong; a gap is no lie and is only said.

Promises that a bound which it prints holds for every choice of pairs. With prices u, v >= 0 of the
cities' places and w of quotas (w > 0 only where a quota has a most, w < 0 only where it has a
least), and r = what a pair counts, less the prices of what it uses, every choice counts at most

    sum C u + sum D v + sum over w > 0 of w most + sum over w < 0 of w least
    + over decided pairs: r + over EU cities: as many of the largest r > 0 as it has places left

because it counts the sum of its r and of the prices of what it uses (weak duality). Takes about a
second for 500 cities a side and half a minute for 2,000.
"""
