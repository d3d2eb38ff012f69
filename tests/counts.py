"""How often a property is tried: a little in every run, always the same cases; much in `make prove`, always new ones."""

from hypothesis import settings

QUICK = settings(max_examples=50, deadline=None, derandomize=True)
LONG = settings(max_examples=1000, deadline=None)
FEW_HUNDRED = settings(max_examples=300, deadline=None, derandomize=True)
TEN_THOUSAND = settings(max_examples=10_000, deadline=None)
