"""Who is told: e-mail, signed webhooks, a pull feed and a stream."""
