"""The command that writes the documents which are made from the code."""


def docs() -> None:
    """Write the API documents, the event catalogue, the problems and the settings into docs/."""
    # All four services take 1.2 s to import: no other command should wait for that.
    from deploy.documents.writing import write_documents  # noqa: PLC0415

    write_documents()
