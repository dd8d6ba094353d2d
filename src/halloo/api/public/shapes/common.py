"""What several shapes of the public API name."""

Scalar = str | int | float | bool
