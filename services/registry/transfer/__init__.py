"""Cities as files: what a row says, how files are read in parts and written, and who takes them.

Promises: what is exported and imported again changes nothing; neither way holds more than one part
of the file and one batch of rows.
"""
