"""Finding cities by any of their names: a read model beside the collection, one per API process.

Promises: what is found is what the collection said a moment ago (p99 below a second); an index that
breaks is built anew while the one before it goes on answering. It knows no draft of anybody.
"""
