"""Measures rounds: against other solvers on the same instances, and over HTTP."""
