"""Generated programs: small, nested, oddly formatted, written with the recorder's vocabulary."""
