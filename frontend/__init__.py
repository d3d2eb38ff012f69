"""The fourth floor: everything a person sees."""
