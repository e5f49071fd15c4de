"""What is written from the code and from measurements, never by hand."""
