"""Finding cities and good practices: read models beside the collections, one per API process.

Promises: what is found is what the collection said a moment ago (p99 below a second); an index that
breaks is built anew while the one before it goes on answering. Nobody finds what they may not read.
"""
