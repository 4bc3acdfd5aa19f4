import re

from django.db import migrations

from accounts.folding import folded

# By what stands in their names, the surest first; a council that only met is nothing that the act asks about.
COUNCIL = r"(pożytku publicznego|rdpp)"
NAMED = (
    ("handed_over", rf"(przekazan|doręczen|wysłan|skierowan|do opinii|do zaopiniowania).*{COUNCIL}"),
    ("opinion", rf"(opinia|zaopiniowanie).*{COUNCIL}"),
    ("acceptance", r"akceptacja|(przyjęcie|zatwierdzenie) projektu"),
    ("annual_report", r"sprawozdanie(?! z (przebiegu )?konsultacji)"),
    ("bulletin", r"biuletyn|\bbip\b"),
    ("session", r"sesja"),
    ("resolution", r"uchwał|uchwal"),
)


def kind_of(name):
    return next((kind for kind, words in NAMED if re.search(words, name.lower())), "other")


def fold(apps, schema_editor):
    Submission, Voice = apps.get_model("consultations", "Submission"), apps.get_model("consultations", "Voice")
    for submission in Submission.objects.exclude(organization_name="").iterator():
        submission.folded = folded(submission.organization_name)[:250]
        submission.save(update_fields=["folded"])
    Part = apps.get_model("consultations", "Part")
    for voice in Voice.objects.iterator():
        voice.folded = folded(f"{voice.text} {voice.proposed_wording} {voice.reasons}")
        voice.save(update_fields=["folded"])
        # There already, when somebody has come back from an earlier state.
        Part.objects.get_or_create(voice=voice, position=0)


def name_kinds(apps, schema_editor):
    for event in apps.get_model("consultations", "FormalEvent").objects.iterator():
        event.kind = kind_of(event.name)
        event.save(update_fields=["kind"])


class Migration(migrations.Migration):
    dependencies = [("consultations", "0013_drafts_and_sheets")]
    operations = [
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
    ]
