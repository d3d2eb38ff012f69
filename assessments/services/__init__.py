"""Taking answers, and keeping each course's outcome true."""
