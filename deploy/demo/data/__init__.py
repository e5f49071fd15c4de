"""The facts of the demonstration, as files, and the one module that reads them."""
