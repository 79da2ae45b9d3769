"""Commands for `python -m libcst.tool codemod`: one for each family of rules, one for all."""
