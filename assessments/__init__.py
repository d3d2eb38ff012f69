"""The third floor: how the patient is doing."""
