import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from programs import guards
from programs.actions import freeze_version, split_unit
from programs.models import Descent, DraftVersion, Provision, ProvisionLineage, ProvisionText
from tests.factories.programs import FROZEN, draft, element, frozen, program, unit

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname !~ '^audit_'")
        return dict(cursor.fetchall())


def refused(act):
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        act()


def test_the_triggers_are_there():
    assert triggers() == guards.TRIGGERS


def test_migrating_drops_them_and_makes_them_again():
    guards.drop(using="default")
    assert triggers() == {}
    guards.make(using="default")
    guards.make(using="default")
    assert triggers() == guards.TRIGGERS


def test_they_are_made_by_migrate():
    guards.drop(using="default")
    call_command("migrate", verbosity=0)
    assert triggers() == guards.TRIGGERS


@pytest.mark.parametrize("changed", [{"text": "Inne."}, {"heading": "Inny"}, {"rank": 90}, {"label": "§ 9."}, {"cells": [["x"]]}])
def test_a_text_of_a_frozen_version_cannot_be_updated(changed):
    version = frozen()
    refused(lambda: version.texts.update(**changed))
    refused(lambda: ProvisionText.objects.bulk_update([unit(version, "§ 1")], ["text"]))


def test_a_text_of_a_frozen_version_cannot_be_deleted():
    version = frozen()
    refused(lambda: unit(version, "§ 1").delete())


def test_a_text_cannot_be_put_into_a_frozen_version_or_moved_into_or_out_of_one():
    version, other = frozen(), draft(program("2028"))
    provision = Provision.objects.create(program=version.program)
    refused(lambda: ProvisionText.objects.create(version=version, provision=provision, kind="paragraph", position=9))
    refused(lambda: other.texts.filter(citation="§ 1").update(version=version))
    refused(lambda: version.texts.filter(citation="§ 1").update(version=other))


def test_a_text_of_an_unfrozen_version_is_free():
    frozen()
    version = draft(program("2028"))
    version.texts.update(text="Inne.")
    unit(version, "§ 1").delete()
    assert set(version.texts.values_list("text", flat=True)) == {"Inne."}


@pytest.fixture
def split():
    """A version in which § 1 was split in two."""
    version = draft()
    first = unit(version, "§ 1")
    split_unit(first, parts=["Celem jest", "zażółć gęślą jaźń."], seen=first.fingerprint(), at=FROZEN)
    return version


def test_what_became_of_the_provisions_of_a_frozen_version_stays(split):
    version, other = freeze_version(split, by=None, at=FROZEN), draft(program("2028"))
    step = version.lineage.get()
    refused(lambda: version.lineage.update(kind=Descent.MERGED))
    refused(lambda: version.lineage.update(source=step.target, target=step.source))
    refused(lambda: version.lineage.update(version=other))
    refused(step.delete)
    refused(lambda: ProvisionLineage.objects.create(version=version, source=step.target, target=step.source, kind=Descent.MERGED))
    assert version.lineage.get() == step


def test_no_lineage_is_moved_into_a_frozen_version(split):
    other = frozen(program("2028"))
    refused(lambda: split.lineage.update(version=other))
    assert (split.lineage.count(), other.lineage.count()) == (1, 0)


def test_the_lineage_of_an_unfrozen_version_is_free(split):
    split.lineage.update(kind=Descent.REPLACED)
    split.lineage.get().delete()
    assert not split.lineage.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 7},
        {"purpose": "adopted"},
        {"frozen_at": None, "sha256": ""},
        {"sha256": "0" * 64},
        {"frozen_despite": ["Nikt tego nie czytał."]},
    ],
)
def test_what_a_frozen_version_prints_cannot_be_changed(changed):
    version = frozen()
    refused(lambda: DraftVersion.objects.filter(pk=version.pk).update(**changed))
    DraftVersion.objects.filter(pk=draft(program("2028")).pk).update(number=7, purpose="adopted", frozen_despite=["x"])


def test_what_was_accepted_at_freezing_stays():
    element(1)
    version = freeze_version(draft(), by=None, at=FROZEN, despite=["element:1"])
    assert len(version.frozen_despite) == 1
    refused(lambda: DraftVersion.objects.filter(pk=version.pk).update(frozen_despite=[]))


def test_a_frozen_version_cannot_be_deleted_nor_given_to_another_program():
    version, other = frozen(), program("2028")
    refused(lambda: DraftVersion.objects.filter(pk=version.pk).update(program=other))
    refused(lambda: DraftVersion.objects.filter(pk=version.pk)._raw_delete("default"))


def test_who_froze_it_may_be_forgotten():
    version = frozen()
    DraftVersion.objects.filter(pk=version.pk).update(frozen_by=None, created_by=None, based_on=None)
    assert DraftVersion.objects.get(pk=version.pk).frozen_at == FROZEN
