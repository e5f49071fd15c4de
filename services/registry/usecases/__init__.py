"""What people do in the registry, one module per noun.

Each use case runs inside one transaction and may run more than once: it has no effect but through
`tx`. Promises: who may not do it gets 403 before anything is said about the state.
"""
