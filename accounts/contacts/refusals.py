"""Why a list of contacts cannot be read. Asks no settings until the words are printed."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    EMPTY = "empty", _("This file is empty. Choose another one.")
    TOO_LARGE = "too_large", _("This file is larger than 10 MB. Divide it and put up one part after another.")
    NOT_TEXT = (
        "not_text",
        _("This is not a CSV file. Open it in a spreadsheet program, save it as “CSV UTF-8” and choose that file."),
    )
    ENCODING = (
        "encoding",
        _("The letters of this file cannot be read: it is neither UTF-8 nor Windows-1250. Save it as “CSV UTF-8”."),
    )
    NO_ROWS = "no_rows", _("There is no row under the names of the columns. Put the names in the first row, organizations below.")
    TOO_MANY_ROWS = "too_many_rows", _("There are more than 20,000 rows. Divide the file and put up one part after another.")
    TOO_MANY_COLUMNS = "too_many_columns", _("There are more than 200 columns. Delete those that are not needed.")
    NO_NAME = (
        "no_name",
        _("No column is called “nazwa”, so nobody knows whom the rows are about. Put names of the columns in the first row."),
    )
    TWICE = "twice", _("Two columns say the same: %(named)s. Join them into one.")
    OPEN_QUOTE = (
        "open_quote",
        _("A quotation mark is not closed, or a cell is too long, in the row that begins in line %(named)s. Correct that row."),
    )
