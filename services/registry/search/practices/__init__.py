"""Good practices in the index: their text, word by word, and the ways in which it is looked for."""
