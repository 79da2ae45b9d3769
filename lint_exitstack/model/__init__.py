"""Values that the rest passes around: no behaviour beyond what they mean."""
