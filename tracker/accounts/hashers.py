"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at OWASP's 19 MiB, 2 passes, 1 lane.

    Django's own setting (100 MiB, 8 lanes) costs up to 0.7 s of two cores for one sign-in: a handful of
    them at once would stop the nurses' pages. This one costs about 35 ms and 19 MiB.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
