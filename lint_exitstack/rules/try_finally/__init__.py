"""`try`/`finally` cleanup written by hand: what becomes a `with` or goes onto a stack."""
