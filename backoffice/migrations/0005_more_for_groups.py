"""What the three groups of staff may do with channels, stock and the vendors' desks."""

from __future__ import annotations

from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations

FRONT_DESK = (
    "write_booking",
    "write_customer",
    "settle_conflict",
    "change_fobloan",
)
MANAGER = (
    "write_calendar",
    "add_bolton",
    "commission_door",
    "add_feed",
    "change_feed",
    "reveal_feed",
    "add_zoneproof",
    "change_fob",
)


def give(apps, editor):
    """Give the groups what is new, and what they could see before also of the new tables."""
    config = apps.get_app_config("backoffice")
    config.models_module = True
    create_contenttypes(config, apps=apps, verbosity=0)
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None

    Permission = apps.get_model("auth", "Permission")
    ours = Permission.objects.filter(content_type__app_label="backoffice")
    look = list(ours.filter(codename__startswith="view_"))
    desk = look + list(ours.filter(codename__in=FRONT_DESK))
    manager = desk + list(ours.filter(codename__in=MANAGER))
    Group = apps.get_model("auth", "Group")
    for name, permissions in (("viewer", look), ("front desk", desk), ("manager", manager)):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0004_channels_and_stock"), ("backoffice", "0003_groups")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
