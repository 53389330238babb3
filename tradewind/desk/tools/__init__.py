"""The tools of the house, one a file: a question people ask with numbers, answered without writing."""
