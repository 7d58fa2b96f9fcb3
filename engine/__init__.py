"""Neural networks as recorded NumPy programs: every value and every gradient stays readable."""
