"""The second floor: what was agreed, and what was done."""
