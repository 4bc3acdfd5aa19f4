"""A list of contacts as bytes: what is read, what is refused and in which words, what each row would do. No database."""

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.contacts.plan import Entry, Outcome, plan
from accounts.contacts.reading import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, read
from accounts.contacts.refusals import Reason
from accounts.contacts.returned import returned_list
from accounts.contacts.rows import judged
from accounts.spreadsheets import Unreadable

NIP, OTHER_NIP, REGON, KRS = "5260250274", "9991037195", "192598184", "0000123456"
SPHERES = {"1": 11, "1a": 12, "pomoc spoleczna, w tym pomoc rodzinom": 11}


def contact(**said: str):
    return judged({"row": 2, "said": {"name": "Klub", **said}}, SPHERES)


def planned(*said: dict[str, str], entries=()):
    rows = [judged({"row": n, "said": {"name": "Klub", **one}}, SPHERES) for n, one in enumerate(said, 2)]
    return plan(rows, entries)


def entry(pk: int = 1, heir: int = 0, **values: str) -> Entry:
    return Entry(pk, heir or pk, {"name": "Klub", **values})


def refused(data: bytes) -> tuple[Reason, str]:
    with pytest.raises(Unreadable) as raised:
        read(data)
    assert raised.value.in_words
    return raised.value.reason, raised.value.named


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1250"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_list_is_read_however_it_was_saved(separator, encoding, newline):
    lines = (("NAZWA", "E-mail", "źródło"), ("Źdźbło", "a@example.org", "spis"))
    table = read(newline.join(separator.join(cells) for cells in lines).encode(encoding))
    assert table.rows == [{"row": 2, "said": {"name": "Źdźbło", "email": "a@example.org", "source": "spis"}}]


def test_columns_are_known_by_many_names_and_the_others_are_named():
    heads = "Nazwa organizacji;Adres e-mail;Telefon;Nr NIP;Uwagi;Co poprawić"
    table = read(f"{heads}\n\nKlub;a@b.pl;600;1;pilne;nic\n".encode())
    assert table.rows == [{"row": 3, "said": {"name": "Klub", "email": "a@b.pl", "nip": "1"}}]
    assert table.unknown == ["Telefon", "Uwagi"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", (Reason.EMPTY, "")),
        (b"\xef\xbb\xbf \n", (Reason.EMPTY, "")),
        (b"nazwa\nA\0", (Reason.NOT_TEXT, "")),
        (b"PK\x03\x04nazwa", (Reason.NOT_TEXT, "")),
        ("nazwa\nŹ".encode("utf-16"), (Reason.NOT_TEXT, "")),
        (b"nazwa\n\x81", (Reason.ENCODING, "")),
        (b"nazwa;e-mail\n", (Reason.NO_ROWS, "")),
        (b"nazwa;e-mail\n;\n", (Reason.NO_ROWS, "")),
        (b"firma;e-mail\nA;b\n", (Reason.NO_NAME, "")),
        (b"nazwa;e-mail;mail\nA;b;c\n", (Reason.TWICE, "e-mail")),
        (b'nazwa;e-mail\nA;b\n"Klub;c\nD;e\n', (Reason.OPEN_QUOTE, "3")),
        (b'nazwa;e-mail\n"Klub" Zdroj;c\n', (Reason.OPEN_QUOTE, "2")),
        (b"nazwa\n" + b"x" * 1_000_000, (Reason.OPEN_QUOTE, "2")),
        (b"nazwa" + b";x" * 9_999 + b"\nA", (Reason.TOO_MANY_COLUMNS, "")),
        (b"nazwa\n" + b"x" * MAX_BYTES, (Reason.TOO_LARGE, "")),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data, reason):
    assert refused(data) == reason


def test_each_limit_has_two_sides():
    assert len(read(b"nazwa\n" + b"A\n" * MAX_ROWS).rows) == MAX_ROWS
    assert refused(b"nazwa\n" + b"A\n" * (MAX_ROWS + 1)) == (Reason.TOO_MANY_ROWS, "")
    assert len(read(b"nazwa" + b";x" * (MAX_COLUMNS - 1) + b"\nA").unknown) == MAX_COLUMNS - 1
    assert refused(b"nazwa" + b";x" * MAX_COLUMNS + b"\nA") == (Reason.TOO_MANY_COLUMNS, "")


def test_a_row_that_swallowed_others_or_runs_out_of_its_columns_is_for_a_person():
    rows = read('nazwa;siedziba\n"A;x\nB";y\n"C";"ul. Długa 1\n87-100 Toruń"\nD;e;f\n'.encode()).rows
    assert [row.get("broken") for row in rows] == ["run_on", None, "stray"]
    assert [bool(judged(row, {}).errors) for row in rows] == [True, False, True]


@given(st.binary(max_size=300) | st.text(alphabet='nazwe-mil;,\t"\r\n\0ąA@.=', max_size=300).map(lambda text: text.encode()))
@settings(max_examples=400, deadline=None)
def test_no_bytes_raise_anything_but_the_refusals(data):
    for beginning in (b"", b"nazwa;e-mail;NIP;KRS;rejestr;numer;sfery\n"):
        try:
            table = read(beginning + data)
        except Unreadable:
            continue
        assert len(plan([judged(row, SPHERES) for row in table.rows], [])) == len(table.rows)


# --- One row -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ({"nip": "526-025-02-74"}, {"nip": NIP}),
        ({"regon": "192 598 184"}, {"regon": REGON}),
        ({"krs": "123456"}, {"register": "krs", "register_number": KRS}),
        ({"register": "KRS", "register_number": "123456"}, {"register": "krs", "register_number": KRS}),
        ({"register": "KRS", "krs": "123456", "register_number": "0000123456"}, {"register": "krs", "register_number": KRS}),
        ({"register": "Rejestr starosty", "register_number": "7/2019"}, {"register": "starosta", "register_number": "7/2019"}),
        ({"name": " Klub \n Zdrój ", "consent": "pismo z 3.01.2026"}, {"name": "Klub Zdrój", "consent": "pismo z 3.01.2026"}),
        ({"name": "x" * 250, "source": "y" * 200}, {"name": "x" * 250, "source": "y" * 200}),
    ],
)
def test_what_is_right_is_taken(said, values):
    assert (contact(**said).errors, contact(**said).values) == ([], {"name": "Klub", **values})


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 251}, ["name"]),
        ({"email": "klub@"}, ["email"]),
        ({"email": "a@example.org; b@example.org"}, ["email"]),
        ({"email": "=?utf-8?q?a?=@example.org"}, ["email"]),
        ({"email": "a@ｅxample.org"}, ["email"]),
        ({"nip": "5260250275"}, ["nip"]),
        ({"regon": "192598185"}, ["regon"]),
        ({"krs": "12345678901"}, ["register_number"]),
        ({"register_number": "7"}, ["register"]),
        ({"register": "księga"}, ["register"]),
        ({"register": "starosta", "krs": "123456"}, ["krs"]),
        ({"register": "KRS", "register_number": "1", "krs": "2"}, ["krs"]),
        ({"spheres": "1, 99"}, ["spheres"]),
        ({"source": "y" * 201, "consent": "z" * 201}, ["source", "consent"]),
    ],
)
def test_what_is_wrong_is_said_of_its_column(said, names):
    assert [name for name, words in contact(**said).errors if words] == names


@pytest.mark.parametrize("typed", ["1; 1a", "1,1A", "pkt 1), 1a.", "1a\n1", "Pomoc społeczna, w tym pomoc rodzinom; 1a"])
def test_spheres_are_points_or_names(typed):
    assert contact(spheres=typed).spheres == {11, 12}


# --- Beside the directory ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "known", "outcome"),
    [
        ({"nip": NIP}, {"nip": NIP}, Outcome.SAME),
        ({"nip": NIP, "name": "Inna"}, {"nip": NIP}, Outcome.SAME),
        ({"nip": NIP, "regon": REGON}, {"nip": NIP}, Outcome.COMPLETES),
        ({"krs": KRS, "email": "a@b.pl"}, {"register": "krs", "register_number": KRS}, Outcome.COMPLETES),
        ({"name": "KLUB", "email": "A@b.pl"}, {"email": "a@b.pl"}, Outcome.SAME),
        ({"name": "KLUB"}, {}, Outcome.SAME),
        ({"email": "a@b.pl"}, {"email": "c@b.pl"}, Outcome.NEW),
        ({"email": "a@b.pl", "nip": NIP}, {"email": "a@b.pl", "nip": OTHER_NIP}, Outcome.NEW),
        ({"email": "a@b.pl", "nip": NIP}, {"email": "a@b.pl"}, Outcome.COMPLETES),
    ],
)
def test_a_row_is_new_or_known_by_number_or_name_and_address(said, known, outcome):
    assert [one.outcome for one in planned(said, entries=[entry(**known)])] == [outcome]


def test_what_stands_in_an_entry_is_never_changed():
    (one,) = planned(
        {"name": "Inny klub", "nip": NIP, "email": "new@b.pl", "seat": "Toruń", "krs": KRS, "spheres": "1"},
        entries=[replace(entry(nip=NIP, email="old@b.pl", register="starosta", register_number="7"), spheres=frozenset({12}))],
    )
    assert (one.fills, one.spheres) == ({"seat": "Toruń"}, frozenset())
    assert one.stays == ["name", "register", "register_number", "email", "spheres"]


def test_a_merged_entry_leads_to_its_heir():
    (one,) = planned({"nip": NIP, "seat": "Toruń"}, entries=[entry(1, heir=2, nip=NIP), entry(2, name="Spadkobierca")])
    assert (one.entry.pk, one.fills) == (2, {"nip": NIP, "seat": "Toruń"})


def test_a_row_that_fits_two_entries_is_for_a_person():
    (one,) = planned({"nip": NIP, "regon": REGON}, entries=[entry(1, nip=NIP, name="A"), entry(2, regon=REGON, name="B")])
    assert one.outcome == Outcome.REFUSED
    assert "„A”, „B”" in one.errors[0][1]


def test_an_unverified_entry_is_completed_by_being_verified():
    (one,) = planned({"nip": NIP}, entries=[replace(entry(nip=NIP), is_verified=False)])
    assert (one.outcome, one.fills) == (Outcome.COMPLETES, {})


def test_an_address_that_asked_for_no_more_is_not_invited_under_another_name():
    no = replace(entry(email="no@b.pl"), is_refusing=True)
    rows = planned(
        {"name": "Nowy", "email": "NO@b.pl"}, {"email": "no@b.pl"}, {"name": "Trzeci", "email": "c@b.pl"}, entries=[no]
    )
    assert [one.is_refusing for one in rows] == [True, True, False]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ({"nip": NIP}, {"nip": NIP, "name": "Inna"}, Outcome.SAME),
        ({"nip": NIP, "seat": "Toruń"}, {"nip": NIP}, Outcome.SAME),
        ({"nip": NIP}, {"nip": NIP, "seat": "Toruń"}, Outcome.REFUSED),
        ({"email": "a@b.pl"}, {"name": "KLUB", "email": "A@B.pl", "seat": "Toruń"}, Outcome.REFUSED),
        ({"email": "a@b.pl", "nip": NIP}, {"email": "a@b.pl", "nip": OTHER_NIP}, Outcome.NEW),
        ({"email": "a@b.pl"}, {"email": "c@b.pl"}, Outcome.NEW),
        ({"krs": "1"}, {"krs": "0000000001"}, Outcome.SAME),
        # A row that is refused takes nothing from a later one.
        ({"nip": NIP, "email": "a@"}, {"nip": NIP}, Outcome.NEW),
    ],
)
def test_a_list_may_say_a_thing_twice(first, second, outcome):
    assert planned(first, second)[1].outcome == outcome


def test_two_rows_for_one_entry_do_not_both_complete_it():
    known = entry(nip=NIP, email="a@b.pl")
    rows = planned({"nip": NIP, "name": "Inna", "seat": "Toruń"}, {"email": "a@b.pl", "seat": "Łysomice"}, entries=[known])
    assert [one.outcome for one in rows] == [Outcome.COMPLETES, Outcome.REFUSED]


# --- Given back ----------------------------------------------------------------------------------


def test_what_is_given_back_can_be_put_up_again_and_is_no_formula():
    said = {"name": "=1+1", "email": "@a", "seat": "-Toruń; ul. Długa", "consent": "+ tak", "source": 'spis "A"'}
    given = returned_list(planned(said))
    assert '"\'=1+1";"\'@a"' in given
    table = read(given.encode())
    assert (table.rows, table.unknown) == ([{"row": 2, "said": said}], [])


def test_twenty_thousand_rows_take_a_few_seconds():
    begun = process_time()
    lines = "".join(
        f"Stowarzyszenie Łąka {n};{'zły' if n % 3 == 0 else f'biuro{n}@example.org'};1;{n}\n" for n in range(MAX_ROWS)
    )
    rows = read(f"nazwa;e-mail;sfery;KRS\n{lines}".encode()).rows
    entries = [entry(n, name=f"Klub {n}", register="krs", register_number=f"{n:010}") for n in range(1, MAX_ROWS, 2)]
    outcomes = [one.outcome for one in plan([judged(row, SPHERES) for row in rows], entries)]
    print(f"{process_time() - begun:.2f} s")
    assert outcomes.count(Outcome.REFUSED) == 6_667
    assert process_time() - begun < 10
