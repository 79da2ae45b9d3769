"""What Python code means: the questions that rules ask, answered on the stdlib `ast`."""
