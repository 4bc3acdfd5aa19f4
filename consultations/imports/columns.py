"""The sheet of voices: one row is one letter with one voice. Its words are the office's, so they are Polish.

Imports no model: the process that reads a file has none.
"""

from accounts.folding import folded

# Field of the row's form: the head of its column, and what stands there.
COLUMNS = {
    "organization_name": ("Od kogo (organizacja)", "Nazwa organizacji, jak w piśmie. Puste: mieszkaniec lub mieszkanka."),
    "name": ("Imię i nazwisko", "Kto się podpisał; tylko dla urzędu. Puste tylko wtedy, gdy podano powód nierozpatrywania."),
    "email": ("E-mail", "Jeśli podany, wyślemy tam potwierdzenie."),
    "channel": ("Kanał", "Słowo z arkusza „Listy”."),
    "day": ("Data wpływu", "Na przykład 14.10.2026."),
    "hour": ("Godzina", "Na przykład 9:30. Puste: godzina 12:00."),
    "topic": ("Temat", "Słowa z arkusza „Listy”."),
    "citation": ("Jednostka tekstu", "Na przykład § 5 ust. 2, zakres § 5–7 albo słowo „całość”."),
    "proposed_wording": ("Proponowane brzmienie", "Słowa, które mają stanąć w tekście."),
    "text": ("Treść", "Słowa autora."),
    "reasons": ("Uzasadnienie", "Dlaczego."),
    "late_reason": ("Powód przyjęcia po terminie", "Tylko gdy w dniu wpływu żaden etap nie był otwarty. Publikujemy go."),
    "set_aside": ("Powód nierozpatrywania", "Dlaczego nie rozpatrzymy: brak podpisu, po terminie, brak umocowania."),
}
REQUIRED = ("channel", "day")
# Of remarks alone.
ON_TEXT = ("citation", "proposed_wording")
# Written by the desk into sheets that it gives back, and passed over in those that are put up.
GIVEN_BACK = "Powód zwrotu"
OTHER_MATTER = "inna sprawa"
NAMES = {folded(words): name for name, (words, _help) in COLUMNS.items()}


def head(name: str) -> str:
    return COLUMNS[name][0]
