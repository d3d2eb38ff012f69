from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tracker.audit"

    def ready(self) -> None:
        # allauth tells of sign-ins by signal only.
        from tracker.audit import sign_ins  # noqa: F401
