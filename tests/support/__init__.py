"""Real servers and small makers of data for the tests."""
