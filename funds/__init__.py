"""Money: sources, allocations, payments."""
