"""Who takes part: topics, cities, their contacts and their interests."""
