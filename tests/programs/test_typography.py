import pytest
from django.template import Context, Engine
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from programs.typography import HARD_SPACE, typeset

ENGINE = Engine(builtins=["programs.templatetags.typography"])


def shown(text):
    """Hard spaces made visible, so that an expectation can be read."""
    return typeset(text).replace(HARD_SPACE, "_")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # one-letter words
        ("a potem", "a_potem"),
        ("i w domu", "i_w_domu"),
        ("O zadaniach u nas i z wami w Toruniu", "O_zadaniach u_nas i_z_wami w_Toruniu"),
        ("A I O U W Z b", "A_I_O_U_W_Z_b"),
        ("(w domu) „z domu”", "(w_domu) „z_domu”"),
        ("na wsi", "na wsi"),
        ("lwa i", "lwa i"),
        ("e x b", "e x b"),
        ("też w\nmieście", "też w\nmieście"),
        ("w  domu", "w  domu"),
        ("mają ó domy", "mają ó domy"),
        # units of law
        ("w § 5 i § 6", "w_§_5 i_§_6"),
        ("§§ 5 i 6", "§§_5 i_6"),
        ("znak § oznacza", "znak § oznacza"),
        ("art. 5a ust. 4 pkt 10 lit. b", "art._5a ust._4 pkt_10 lit._b"),
        ("Art. 4 Ust. 1 Pkt 2 Lit. a", "Art._4 Ust._1 Pkt_2 Lit._a"),
        ("lit. za oraz lit. zzb, c", "lit._za oraz lit._zzb, c"),
        ("lit. a ustawy", "lit._a ustawy"),
        ("polit. b", "polit. b"),
        ("lit. polska", "lit. polska"),
        ("art. wstępny, ust. drugi, pkt czwarty", "art. wstępny, ust. drugi, pkt czwarty"),
        ("start. 5 gust. 6", "start. 5 gust. 6"),
        ("poz. 1491", "poz._1491"),
        ("poz. następna", "poz. następna"),
        ("Nr 5, nr 6", "Nr_5, nr_6"),
        ("uchwała Nr XXXVII/835/18", "uchwała Nr_XXXVII/835/18"),
        ("nr domu, nr mieszkania, nr Izby", "nr domu, nr mieszkania, nr Izby"),
        ("Dz. U. z 2024 r. poz. 1491", "Dz._U. z_2024_r. poz._1491"),
        ("Dz. Urz.", "Dz._Urz."),
        ("dz. nr, rodz. U.", "dz. nr, rodz. U."),
        # dates and hours
        ("18 listopada 2021 r.", "18_listopada 2021_r."),
        ("1 MAJA 2022 R.", "1_MAJA 2022_R."),
        ("5 majaczeń", "5 majaczeń"),
        ("118 listopada", "118 listopada"),
        ("12022 r.", "12022 r."),
        ("202 r.", "202 r."),
        ("2022 rok", "2022 rok"),
        ("godz. 14.00", "godz._14.00"),
        ("godz. pracy", "godz. pracy"),
        # amounts
        ("10 000 zł", "10_000_zł"),
        ("8 500 000,50 zł", "8_500_000,50_zł"),
        ("8,5 mln zł, 12 tys. zł, 3 mld", "8,5_mln_zł, 12_tys._zł, 3_mld"),
        ("5 % i 50 gr", "5_% i_50_gr"),
        ("5 złotych 5 milionów", "5 złotych 5 milionów"),
        ("5mln zł, 5 mln złotych", "5mln_zł, 5_mln złotych"),
        ("zł brutto, mln osób", "zł brutto, mln osób"),
        ("2021 500", "2021 500"),
        ("10 0000", "10 0000"),
        ("10 00", "10 00"),
        # people and phones
        ("J. Kowalski", "J._Kowalski"),
        ("Ł. J. Świątek", "Ł._J._Świątek"),
        ("J. kowalski", "J. kowalski"),
        ("MA. Kowalski", "MA. Kowalski"),
        ("tel. 56 000", "tel._56_000"),
        ("tel. 56 611 00 00 lub e-mail", "tel._56_611_00_00 lub e-mail"),
        ("tel. +48 (56) 611 00 00.", "tel._+48_(56)_611_00_00."),
        ("hotel. 5 6, tel. stacjonarny", "hotel. 5 6, tel. stacjonarny"),
        # quotes
        ('"Wspólnie"', "„Wspólnie”"),
        ('zwany dalej "Programem".', "zwany dalej „Programem”."),
        ('("a" - "b")', "(„a” – „b”)"),
        ('"raz "dwa" trzy"', "„raz „dwa” trzy”"),
        ('"raz "dwa""', "„raz „dwa””"),
        ('„Wspólnie"', "„Wspólnie”"),
        ('"Wspólnie”', "„Wspólnie”"),
        ("“Wspólnie”", "“Wspólnie”"),
        ('"raz\ndwa"', '"raz\ndwa"'),
        ('ekran 15" oraz 17"', 'ekran 15" oraz 17"'),
        ('"sam otwarty', '"sam otwarty'),
        ('sam zamknięty"', 'sam zamknięty"'),
        ('tak " nie "', 'tak " nie "'),
        ('""', '""'),
        ('a="b"c', 'a="b"c'),
        # dashes
        ("zadania - nowe - i stare", "zadania – nowe – i_stare"),
        ("społeczno-gospodarczy", "społeczno-gospodarczy"),
        ("- punkt", "- punkt"),
        ("raz -dwa- trzy", "raz -dwa- trzy"),
        ("raz -- dwa", "raz -- dwa"),
        # ranges
        ("1-5", "1–5"),
        ("w § 3-7, (lata 2027-2030).", "w_§_3–7, (lata 2027–2030)."),
        ("§3-7 pkt 1-3;", "§3–7 pkt_1–3;"),
        ("5-10 zł", "5–10_zł"),
        ("godz. 9-15", "godz._9–15"),
        ("2021-10-18", "2021-10-18"),
        ("18-10-2021", "18-10-2021"),
        ("2021-10", "2021-10"),
        ("01-05", "01-05"),
        ("5-5", "5-5"),
        ("7-3", "7-3"),
        ("87-100 Toruń", "87-100 Toruń"),
        ("600-700-800", "600-700-800"),
        ("tel. 600-700 oraz 1-5", "tel._600-700 oraz 1–5"),
        ("1-12345", "1-12345"),
        ("WSP-5-7, 1-5a, a1-5, 1.1-5, 1-5/7", "WSP-5-7, 1-5a, a1-5, 1.1-5, 1-5/7"),
        ("https://example.org/1-5?a=1-5", "https://example.org/1-5?a=1-5"),
        ("", ""),
    ],
)
def test_polish_is_set_as_a_printer_would(typed, expected):
    assert shown(typed) == expected


# Pieces on which rules could meet, so that chance finds the collisions.
PIECES = st.sampled_from(
    [
        *' \u00a0"„”“-–.,()§/+\n5aiwzAJŁ%',
        *("art.", "lit.", "pkt", "nr", "Dz.", "U.", "tel.", "mln", "tys.", "zł", "r.", "maja"),
        *("1-5", "10 000", "2021", "87-100", " - ", "słowo"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))


@given(TEXTS)
def test_typesetting_twice_changes_nothing_more(text):
    assert typeset(typeset(text)) == typeset(text)


@given(TEXTS)
def test_only_spaces_quotes_and_hyphens_are_replaced_one_for_one(text):
    swaps = {(" ", HARD_SPACE), ('"', "„"), ('"', "”"), ("-", "–")}
    changed = [pair for pair in zip(text, typeset(text), strict=True) if pair[0] != pair[1]]
    assert set(changed) <= swaps


@pytest.mark.parametrize("piece", ["w ", '"', '"a ', "1 000 ", "1", "1-", "tel. 1 ", "tel. 1(", " - ", "A. ", "lit. z", "z"])
def test_a_very_long_text_is_set_in_reasonable_time(piece):
    # A rule that takes the square of the length would not come back within the hour.
    text = piece * 100_000
    assert len(typeset(text)) == len(text)


@pytest.mark.parametrize(
    ("template", "text", "expected"),
    [
        ("{{ text|typeset }}", 'w <b> & "z"', "w\u00a0&lt;b&gt; &amp; „z”"),
        ("{{ text|typeset|safe }}", "w <b>", "w\u00a0<b>"),
        ("{{ text|typeset|linebreaksbr }}", "w <b>\nz nami", "w\u00a0&lt;b&gt;<br>z\u00a0nami"),
        ("{{ text|typeset }}", SafeString('<a title="1-5">w "x"</a>'), '<a title="1-5">w "x"</a>'),
        ("{{ text|escape|typeset }}", '<i> "z"', "&lt;i&gt; &quot;z&quot;"),
        ("{{ text|typeset }}", 5, "5"),
    ],
)
def test_the_filter_sets_plain_text_and_leaves_markup_alone(template, text, expected):
    assert ENGINE.from_string(template).render(Context({"text": text})) == expected
