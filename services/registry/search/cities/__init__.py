"""Cities in the index: what is known of one, and the ways in which it is looked for."""
