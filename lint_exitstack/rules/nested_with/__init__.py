"""Nested `with` statements that one header, or one stack, says better."""
