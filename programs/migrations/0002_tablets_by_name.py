"""A tablet's last word is kept by the tablet, no more by the nurse: who takes another one leaves the first one's rows on it.

Words from before name no tablet. Those of pages that are open come again within 20 seconds.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL('DELETE FROM programs_opentablet', migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='opentablet',
            name='one_open_tablet_a_nurse',
        ),
        migrations.AddField(
            model_name='opentablet',
            name='tablet',
            field=models.UUIDField(help_text='the browser, by a name that it gave itself'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='opentablet',
            constraint=models.UniqueConstraint(fields=('session', 'tablet'), name='open_tablet_has_one_last_word'),
        ),
    ]
