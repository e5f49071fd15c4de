"""Queries of the index put together from others."""

from tantivy import Occur, Query


def either(*queries: Query) -> Query:
    """Give the query for what one of these finds."""
    return Query.boolean_query([(Occur.Should, each) for each in queries])


def both(*queries: Query) -> Query:
    """Give the query for what all of these find."""
    return Query.boolean_query([(Occur.Must, each) for each in queries])
