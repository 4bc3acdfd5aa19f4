"""What counts as alike, and what groups promise whatever people wrote."""

import random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.folding import folded
from consultations.similarity import ALIKE, beyond, groups, similar

LIKE = [
    # Other endings, other words for asking.
    (
        "Proszę o więcej warsztatów dla seniorów w bibliotekach.",
        "Potrzeba więcej warsztatów dla seniorów w bibliotece miejskiej.",
    ),
    # Another order, another form of the verb.
    ("Należy wydłużyć termin składania ofert do 30 dni.", "Termin składania ofert powinien być wydłużony do 30 dni."),
    (
        "Proponujemy zwiększenie kwoty dotacji na sport dzieci i młodzieży.",
        "Trzeba zwiększyć kwotę dotacji na sport dla dzieci i młodzieży.",
    ),
    # A letter that many sign, with one number changed and a reason added.
    (
        "Wnosimy o zwiększenie puli środków na kulturę do 500 000 zł.",
        "Wnosimy o zwiększenie puli środków na kulturę do 600 000 zł, bo koszty wzrosły.",
    ),
    # Without Polish letters.
    ("Więcej ścieżek rowerowych", "WIECEJ SCIEZEK ROWEROWYCH!!!"),
    # In another script.
    ("Більше місць для волонтерів", "Більше місць для волонтерів, будь ласка"),
]
UNLIKE = [
    ("Więcej warsztatów dla seniorów.", "Więcej warsztatów dla młodzieży."),
    # One short text inside a long one, which token_set_ratio calls the same.
    (
        "Więcej warsztatów.",
        "Proszę o więcej warsztatów dla seniorów w bibliotekach, szkołach i domach kultury oraz o transport.",
    ),
    ("Należy wydłużyć termin składania ofert do 30 dni.", "Należy zwiększyć kwotę dotacji na sport."),
    ("Proszę o dopisanie zadania z zakresu ochrony zwierząt.", "Proszę o wykreślenie zadania z zakresu promocji wolontariatu."),
    # The opposite, which token_sort_ratio, comparing letters, calls alike.
    ("Zwiększyć wkład własny organizacji do 20%.", "Znieść wymóg wkładu własnego organizacji."),
    ("Kultura i sztuka powinny mieć osobny konkurs.", "Turystyka i krajoznawstwo powinny mieć osobny konkurs ofert."),
    ("Wnioskujemy o remont boiska przy ulicy Lipowej.", "Prosimy o schronisko dla bezdomnych kotów."),
]


@pytest.mark.parametrize(("one", "other"), LIKE)
def test_texts_that_ask_for_the_same_are_alike(one, other):
    ((key, percent),) = similar(folded(one), [(7, folded(other))])
    assert key == 7
    assert percent >= ALIKE
    assert groups([(1, folded(one)), (2, folded(other))]) == [[1, 2]]


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_texts_that_ask_for_something_else_are_not(one, other):
    assert similar(folded(one), [(7, folded(other))]) == []
    assert groups([(1, folded(one)), (2, folded(other))]) == [[1], [2]]


def test_alike_begins_at_three_words_of_four():
    assert similar("kultura sport turystyka zdrowie", [(1, "kultura sport turystyka ekologia")]) == [(1, 75)]
    assert similar("kultura sport turystyka zdrowie", [(1, "kultura sport turystyka ekologia wolontariat")]) == []


def test_the_most_alike_come_first_and_equals_by_their_key():
    others = [(3, "sport"), (2, "sport kultura"), (1, "sport"), (4, "turystyka")]
    assert similar("sport", others, at_least=50) == [(1, 100), (3, 100), (2, 66)]


def test_what_everybody_repeats_of_the_provision_does_not_make_them_alike():
    provision = "miasto przeznacza na zadania publiczne kwote ustalona w budzecie po zasiegnieciu opinii rady pozytku"
    assert similar(f"{provision} wolontariat", [(1, f"{provision} kultura")]) == [(1, 91)]
    assert similar(beyond(f"{provision} wolontariat", provision), [(1, beyond(f"{provision} kultura", provision))]) == []
    assert beyond("kultura i sport", "sport i kultura") == "kultura i sport"
    # Half of it repeated, and less than half.
    assert beyond("kultura sport zdrowie", "kultura sport turystyka nauka") == "zdrowie"
    assert beyond("kultura zdrowie", "kultura sport turystyka") == "kultura zdrowie"


def test_groups_do_not_chain():
    """The second is like the first and like the third, which is not like the first."""
    texts = ["a1 b1 c1 d1", "b1 c1 d1 e1", "c1 d1 e1 f1"]
    assert groups(enumerate(texts)) == [[0, 1], [2]]


WORDS = ["kultura", "sport", "turystyka", "zdrowie", "w", "na", "nie", "dotacja", "konkurs", "oferta"]
TEXTS = st.lists(
    st.one_of(
        st.lists(st.sampled_from(WORDS)).map(" ".join),
        st.text(max_size=12).map(folded),
    ),
    max_size=12,
)


@given(TEXTS, st.randoms())
def test_groups_depend_on_no_order_and_hold_every_text_once(texts, chance):
    items = list(enumerate(texts))
    found = groups(items)
    chance.shuffle(items)
    assert groups(items) == found
    assert sorted(key for keys in found for key in keys) == list(range(len(texts)))


@given(TEXTS)
def test_each_of_a_group_is_like_its_first_and_the_same_words_are_always_together(texts):
    found = groups(enumerate(texts))
    place = {key: number for number, keys in enumerate(found) for key in keys}
    for keys in found:
        assert {key for key, _percent in similar(texts[keys[0]], enumerate(texts))} >= set(keys)
    for key, words in enumerate(texts):
        assert place[key] == place[texts.index(words)]


@given(TEXTS)
def test_no_two_that_begin_groups_are_alike(texts):
    firsts = [(keys[0], texts[keys[0]]) for keys in groups(enumerate(texts))]
    for key, words in firsts:
        assert [other for other, _percent in similar(words, firsts)] == [key]


@given(st.sets(st.sampled_from("abcdefgh"), min_size=1), st.sets(st.sampled_from("pqrstuvx"), min_size=1))
def test_texts_without_a_word_in_common_are_never_alike(one, other):
    first, second = " ".join(f"{word}1" for word in one), " ".join(f"{word}1" for word in other)
    assert similar(first, [(1, second)], at_least=1) == []
    assert groups([(1, first), (2, second)], at_least=1) == [[1], [2]]


def synthetic(count):
    """Remarks of 8 to 120 words with endings; two of five are copies with a few words changed."""
    chance, texts = random.Random(5), []
    stems = [
        f"{first}{second}{third}" for first in "bdkmprst" for second in ("ar", "el", "on") for third in ("gan", "tur", "zlo")
    ]
    rare = [f"slowo{number}" for number in range(3000)]

    def word():
        return chance.choice(rare) if chance.random() < 0.25 else chance.choice(stems) + chance.choice(["", "u", "ami", "ach"])

    while len(texts) < count:
        words = [word() for _one in range(chance.choice([8, 15, 30, 60, 120]))]
        if texts and chance.random() < 0.4:
            words = chance.choice(texts).split()
            for _one in range(max(1, len(words) // 15)):
                words[chance.randrange(len(words))] = word()
        texts.append(" ".join(words))
    return list(enumerate(texts))


def test_five_thousand_remarks_take_seconds():
    items, started = synthetic(5000), process_time()
    found = groups(items)
    grouped = process_time()
    assert similar(items[7][1], items)
    print(f"groups {grouped - started:.2f} s, one against all {process_time() - grouped:.2f} s")  # pytest -s
    assert sum(len(keys) > 1 for keys in found) > 100
    # Of the processor, on a machine that does other things too.
    assert grouped - started < 20
