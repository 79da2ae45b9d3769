"""Who asks: thin layers over the analysis and the fixer."""
