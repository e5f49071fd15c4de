"""Matching other people's lists of cities with the register, as OpenRefine and others ask for it.

Promises: candidates come with a score; one is called a match only when it bears the very name and
no other body that fits does.

Source: W3C Entity Reconciliation Community Group, Reconciliation Service API 0.2,
https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/.
"""
