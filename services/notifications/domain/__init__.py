"""What notifications decides, as pure functions: subscribers, endpoints, deliveries, e-mails."""
