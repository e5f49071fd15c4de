"""What pairings do together: activities, delegations and their calendars."""
