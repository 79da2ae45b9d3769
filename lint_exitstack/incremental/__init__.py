"""Analysis of one text after another: what a change can't have touched isn't looked at again."""
