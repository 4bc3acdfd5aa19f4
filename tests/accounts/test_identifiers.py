"""Numbers of Polish registers, whose values are public examples, and addresses."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.identifiers import digits, validate_krs, validate_nip, validate_one_mailbox, validate_regon
from accounts.models import Organization, Register


def is_right(validate, number: str) -> bool:
    try:
        validate(number)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("5260250274", True),
        ("5260250275", False),
        ("526025027", False),
        ("52602502740", False),
        ("abcdefghij", False),
        ("", False),
    ],
)
def test_nip(number, right):
    assert is_right(validate_nip, number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("192598184", True),
        ("192598185", False),
        ("12345678512347", True),
        ("12345678512348", False),
        # Its last digits are right, but its first nine are not a REGON.
        ("12345678612342", False),
        ("19259818", False),
        ("", False),
    ],
)
def test_regon(number, right):
    assert is_right(validate_regon, number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [("0000359730", True), ("359730", False), ("00003597300", False), ("000035973x", False), ("٠٠٠٠٣٥٩٧٣٠", False)],
)
def test_krs_has_ten_digits_and_no_check(number, right):
    assert is_right(validate_krs, number) is right


@pytest.mark.parametrize(("validate", "name"), [(validate_nip, "NIP"), (validate_regon, "REGON"), (validate_krs, "KRS")])
def test_the_refusal_says_which_number_is_wrong(validate, name):
    with pytest.raises(ValidationError, match=name):
        validate("1")


@pytest.mark.parametrize(
    "written", ["526-025-02-74", "526 025 02 74", "526–025–02–74", " 5260250274 ", "526\u00a0025\u00a002\u00a074"]
)
def test_numbers_are_read_as_people_write_them(written):
    assert digits(written) == "5260250274"


@pytest.mark.django_db
def test_an_organization_needs_only_its_name():
    Organization(name="Koło Gospodyń Wiejskich w Kaszczorku").full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("register", "number", "right"),
    [
        (Register.KRS, "0000359730", True),
        (Register.KRS, "359730", False),
        (Register.STAROSTA, "12/2004", True),
        ("", "12/2004", False),
        (Register.ARIMR, "", True),
    ],
)
def test_a_number_comes_with_its_register(register, number, right):
    organization = Organization(name="Klub", register=register, register_number=number)
    assert is_right(lambda _: organization.full_clean(), "") is right


@pytest.mark.django_db
def test_one_organization_per_register_and_number():
    Organization.objects.create(name="Klub", register=Register.KRS, register_number="0000359730")
    second = Organization(name="Klub drugi", register=Register.KRS, register_number="0000359730")
    with translation.override("en"), pytest.raises(ValidationError, match="in the directory already"):
        second.full_clean()
    Organization(name="Klub trzeci", register=Register.OTHER, register_number="0000359730").full_clean()


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("anna@example.org", True),
        ("anna?=@example.org", True),
        ("o'hara+x?y=z@example.org", True),
        ("Anna@Żółw.example.org", True),
        ("anna@xn--w-uga1v8h.example.org", True),
        ("anna@ｅxample.org", False),
        ("anna@exam\u00adple.org", False),
        (f"anna@{'ż' * 80}.org", False),
        ('"anna"@example.org', False),
        ('"\\anna"@example.org', False),
        ("=?utf-8?q?=61nna?=@example.org", False),
    ],
)
def test_an_address_that_would_be_decoded_into_another(address, right):
    assert is_right(validate_one_mailbox, address) is right
