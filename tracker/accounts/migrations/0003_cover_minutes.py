from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sign_in_limits")]

    operations = [
        migrations.AddField(
            model_name="clinic",
            name="cover_minutes",
            field=models.PositiveSmallIntegerField(
                default=15, help_text="after how long a tablet left alone covers its page"
            ),
        ),
        migrations.AddConstraint(
            model_name="clinic",
            constraint=models.CheckConstraint(
                condition=Q(cover_minutes__range=(1, 60)), name="clinic_covers_a_tablet_within_the_hour"
            ),
        ),
    ]
