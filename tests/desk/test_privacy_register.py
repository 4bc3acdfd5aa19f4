"""The register: every column that may say something about a person is in it, or named apart with the reason."""

import pytest
from django.apps import apps
from django.db import models

from desk.privacy.register import IMPERSONAL, OF_NO_PERSON, REGISTER
from desk.privacy.retention import RULES
from desk.watched import WATCHED

TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField, models.BinaryField)
KEPT = {f"{one.label}.{name}" for one in REGISTER for name in one.columns}
# What the office writes about its own work stands in the audit word for word, so it is of no visitor.
OFFICE = {f"{one.label}.{name}" for one in WATCHED for name in one.kept}
# Counters, and copies of columns that are decided upon themselves.
COMPUTED = {f"{one.label}.{name}" for one in WATCHED for name in one.silent}
MODELS = [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in IMPERSONAL]


def texts(model: type[models.Model]) -> set[str]:
    fields = (one for one in model._meta.local_concrete_fields if isinstance(one, TEXTS) and not one.choices)
    return {f"{model._meta.label}.{one.name}" for one in fields}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_text_is_in_the_register_or_named_apart(model):
    assert texts(model) - KEPT - OF_NO_PERSON.keys() - OFFICE - COMPUTED == set()


def test_what_the_audit_withholds_is_in_the_register():
    withheld = {f"{one.label}.{name}" for one in WATCHED for name in one.withheld}
    assert withheld - KEPT - OF_NO_PERSON.keys() == set()


def test_the_register_names_columns_that_are_there():
    for column in KEPT | OF_NO_PERSON.keys():
        label, _dot, name = column.rpartition(".")
        assert apps.get_model(label)._meta.get_field(name)
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert IMPERSONAL.keys() <= labels
    assert all({**OF_NO_PERSON, **IMPERSONAL}.values())
    assert {one.label for one in REGISTER}.isdisjoint(IMPERSONAL)


def test_each_rule_ends_a_line_of_the_register():
    assert sorted(rule.name for rule in RULES) == sorted(one.long for one in REGISTER if isinstance(one.long, str))
