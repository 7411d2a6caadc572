"""The three groups of staff. Each may do what the one before may, and more."""

from __future__ import annotations

from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations

VENUES_OWN = ("venue", "room", "pathstep", "calendarpairing")
FRONT_DESK = (
    "add_override",
    "change_override",
    "contact_customer",
    "refresh_vendoraccount",
    "reveal_issuedcode",
    "reveal_notice",
)
MANAGER = (
    *(f"{verb}_{model}" for model in VENUES_OWN for verb in ("add", "change", "delete")),
    "add_vendoraccount",
    "change_vendoraccount",
    "add_door",
    "change_door",
    "change_resource",
)


def make(apps, editor):
    """Make the groups, and before that the permissions, which otherwise come after the last migration."""
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
    dependencies = [
        ("backoffice", "0002_initial_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
