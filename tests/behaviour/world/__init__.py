"""What runs inside each interpreter under test: the standard library and nothing else."""
