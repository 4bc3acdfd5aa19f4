"""What every form for visitors makes sure of."""

import pytest
from django import forms

from accounts.forms import VisitorForm


class Asked(VisitorForm):
    name = forms.CharField(required=False)
    text = forms.CharField(widget=forms.Textarea, required=False)
    email = forms.EmailField(required=False)


def test_a_name_is_one_line_and_a_text_keeps_its_lines():
    form = Asked({"name": "Anna\n\nNowak\u2028\t Maria", "text": "One\n\ntwo"})
    assert form.is_valid()
    assert (form.cleaned_data["name"], form.cleaned_data["text"]) == ("Anna Nowak Maria", "One\n\ntwo")


@pytest.mark.parametrize(("name", "refused"), [("www.evil.example", True), ("a\nhttp://b", True), ("evil.example @", False)])
def test_a_name_holds_no_web_address(name, refused):
    assert ("name" in Asked({"name": name}).errors) == refused
    assert Asked({"text": name}).is_valid()


@pytest.mark.parametrize(
    ("address", "refused"), [("anna@example.org", False), ('"anna"@example.org', True), ("=?utf-8?q?=61nna?=@example.org", True)]
)
def test_an_address_that_hides_another_is_refused_at_its_field_and_nothing_is_lost(address, refused):
    form = Asked({"email": address, "text": "long"})
    assert list(form.errors) == (["email"] if refused else [])
    assert (form["email"].value(), form["text"].value()) == (address, "long")
    assert Asked.base_fields["email"].validators == forms.EmailField().validators
