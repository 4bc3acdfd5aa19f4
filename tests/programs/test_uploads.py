import pytest

from programs.uploads import is_of_its_kind


@pytest.mark.parametrize(
    ("name", "beginning", "expected"),
    [
        ("program.pdf", b"%PDF-1.7\n", True),
        ("Program.PDF", b"%PDF-1.7\n", True),
        ("program.pdf", b"<!doctype html>", False),
        ("opinia.docx", b"PK\x03\x04", True),
        ("opinia.docx", b"MZ\x90", False),
        ("opinia.doc", b"\xd0\xcf\x11\xe0\xa1", True),
        ("plakat.jpg", b"\xff\xd8\xff\xe0", True),
        ("plakat.png", b"GIF89a", False),
        ("lista.csv", "Łódź;1".encode(), True),
        ("wirus.exe", b"MZ\x90", False),
        ("strona.html", b"<html>", False),
        ("strona.svg", b"<svg", False),
        ("bez-kropki", b"%PDF", False),
        ("podwójna.pdf.exe", b"%PDF", False),
    ],
)
def test_a_file_is_put_up_when_it_is_of_a_known_kind_and_what_its_name_says(name, beginning, expected):
    assert is_of_its_kind(name, beginning) is expected
