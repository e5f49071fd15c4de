"""The embedded platform: Kafka, a database, a mailbox and the services under one supervisor."""
