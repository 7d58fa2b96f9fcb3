"""How the time of a step grows with width and depth, and what watching it costs: `make scaling`."""
