"""What takes its place: plans of `with` headers and of stacks, with their hazards."""
