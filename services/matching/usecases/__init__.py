"""What matching can be asked to do: each loads, checks who may, calls the domain and saves.

Every use case may run several times for one request: it has no effect but through ``tx``.
"""
