from django.db import migrations, models

# Art. 4 sec. 1 of the Act on public benefit activity and volunteering, as it stands in 2026.
SPHERES = (
    (
        "1",
        "pomoc społeczna, w tym pomoc rodzinom i osobom w trudnej sytuacji życiowej oraz wyrównywanie szans "
        "tych rodzin i osób",
    ),
    ("1a", "wspieranie rodziny i systemu pieczy zastępczej"),
    ("1aa", "tworzenie warunków do zaspokajania potrzeb mieszkaniowych wspólnoty samorządowej"),
    ("1b", "udzielanie nieodpłatnej pomocy prawnej oraz zwiększanie świadomości prawnej społeczeństwa"),
    ("2", "działalność na rzecz integracji i reintegracji zawodowej i społecznej osób zagrożonych wykluczeniem społecznym"),
    ("3", "działalność charytatywna"),
    (
        "4",
        "podtrzymywanie i upowszechnianie tradycji narodowej, pielęgnowanie polskości oraz rozwój "
        "świadomości narodowej, obywatelskiej i kulturowej",
    ),
    ("5", "działalność na rzecz mniejszości narodowych i etnicznych oraz języka regionalnego"),
    ("5a", "działalność na rzecz integracji cudzoziemców"),
    (
        "6",
        "ochrona i promocja zdrowia, w tym działalność lecznicza w rozumieniu ustawy z dnia 15 kwietnia 2011 "
        "r. o działalności leczniczej",
    ),
    ("7", "działalność na rzecz osób niepełnosprawnych"),
    ("8", "promocja zatrudnienia i aktywizacja zawodowa osób pozostających bez pracy i zagrożonych zwolnieniem z pracy"),
    ("9", "działalność na rzecz równych praw kobiet i mężczyzn"),
    ("10", "działalność na rzecz osób w wieku emerytalnym"),
    ("11", "działalność wspomagająca rozwój gospodarczy, w tym rozwój przedsiębiorczości"),
    (
        "12",
        "działalność wspomagająca rozwój techniki, wynalazczości i innowacyjności oraz rozpowszechnianie i "
        "wdrażanie nowych rozwiązań technicznych w praktyce gospodarczej",
    ),
    ("13", "działalność wspomagająca rozwój wspólnot i społeczności lokalnych"),
    ("14", "nauka, szkolnictwo wyższe, edukacja, oświata i wychowanie"),
    ("15", "działalność na rzecz dzieci i młodzieży, w tym wypoczynek dzieci i młodzieży"),
    ("16", "kultura, sztuka, ochrona dóbr kultury i dziedzictwa narodowego"),
    ("17", "wspieranie i upowszechnianie kultury fizycznej"),
    ("18", "ekologia i ochrona zwierząt oraz ochrona dziedzictwa przyrodniczego"),
    ("19", "turystyka i krajoznawstwo"),
    ("20", "porządek i bezpieczeństwo publiczne"),
    ("21", "obronność państwa i działalność Sił Zbrojnych Rzeczypospolitej Polskiej"),
    (
        "22",
        "upowszechnianie i ochrona wolności i praw człowieka oraz swobód obywatelskich, a także działania "
        "wspomagające rozwój demokracji",
    ),
    ("22a", "udzielanie nieodpłatnego poradnictwa obywatelskiego"),
    ("23", "ratownictwo i ochrona ludności"),
    ("24", "pomoc ofiarom katastrof, klęsk żywiołowych, konfliktów zbrojnych i wojen w kraju i za granicą"),
    ("25", "upowszechnianie i ochrona praw konsumentów"),
    ("26", "działalność na rzecz integracji europejskiej oraz rozwijania kontaktów i współpracy między społeczeństwami"),
    ("27", "promocja i organizacja wolontariatu"),
    ("28", "pomoc Polonii i Polakom za granicą"),
    ("29", "działalność na rzecz kombatantów i osób represjonowanych"),
    (
        "29a",
        "działalność na rzecz weteranów i weteranów poszkodowanych w rozumieniu ustawy z dnia 19 sierpnia "
        "2011 r. o weteranach działań poza granicami państwa",
    ),
    ("30", "promocja Rzeczypospolitej Polskiej za granicą"),
    ("31", "działalność na rzecz rodziny, macierzyństwa, rodzicielstwa, upowszechniania i ochrony praw dziecka"),
    ("32", "przeciwdziałanie uzależnieniom i patologiom społecznym"),
    ("32a", "rewitalizacja"),
    (
        "33",
        "działalność na rzecz organizacji pozarządowych oraz podmiotów wymienionych w art. 3 ust. 3, w "
        "zakresie określonym w pkt 1–32a",
    ),
)


def enter(apps, schema_editor):
    model = apps.get_model("accounts", "Sphere")
    model.objects.bulk_create(
        model(label=label, name=name, position=10 * place) for place, (label, name) in enumerate(SPHERES, 1)
    )


def carry_over(apps, schema_editor):
    """What an organization says it does: labels that the Act does not have are kept, to be named at the desk."""
    sphere, organization = apps.get_model("accounts", "Sphere"), apps.get_model("accounts", "Organization")
    has = organization.spheres.through
    said = organization.objects.exclude(labels=[]).values_list("pk", "labels").iterator()
    # Once typed by hand: the same label may stand twice.
    wanted = [(pk, label) for pk, labels in said for label in dict.fromkeys(str(one).strip()[:10] for one in labels) if label]
    known = dict(sphere.objects.values_list("label", "pk"))
    for label in sorted({label for _pk, label in wanted} - known.keys()):
        known[label] = sphere.objects.create(label=label, position=1000).pk
    rows = [has(organization_id=pk, sphere_id=known[label]) for pk, label in wanted]
    has.objects.bulk_create(rows, batch_size=1000)


def carry_back(apps, schema_editor):
    organization = apps.get_model("accounts", "Organization")
    for one in organization.objects.prefetch_related("spheres").iterator(chunk_size=1000):
        if labels := [sphere.label for sphere in one.spheres.order_by("position", "label")]:
            organization.objects.filter(pk=one.pk).update(labels=labels)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_audit_entries'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sphere',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(error_messages={'unique': 'There is a point with this label already.'}, max_length=10, unique=True, verbose_name='point')),
                ('name', models.CharField(max_length=300, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
                ('retired_on', models.DateField(blank=True, help_text='From that day it is not offered any more. Organizations that have it keep it.', null=True, verbose_name='struck out of the Act on')),
            ],
            options={
                'verbose_name': 'sphere of public tasks',
                'verbose_name_plural': 'spheres of public tasks',
                'ordering': ('position', 'label'),
                'constraints': [models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='sphere_has_a_label')],
            },
        ),
        migrations.RunPython(enter, migrations.RunPython.noop),
        migrations.RenameField('organization', 'spheres', 'labels'),
        migrations.AddField(
            model_name='organization',
            name='spheres',
            field=models.ManyToManyField(blank=True, related_name='organizations', to='accounts.sphere', verbose_name='spheres of public tasks'),
        ),
        migrations.RunPython(carry_over, carry_back),
    ]
