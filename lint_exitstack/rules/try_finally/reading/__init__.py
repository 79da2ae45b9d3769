"""What hand-written cleanup says: what is acquired, what is given back, on which condition."""
