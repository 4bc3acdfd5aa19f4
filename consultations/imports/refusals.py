"""Why a sheet, or a cell of it, cannot be read. Asks no settings until the words are printed."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """The code travels from the process that reads to the page; the label is the sentence there."""

    NOT_EXCEL = (
        "not_excel",
        _("This is not an Excel workbook. Open it in a spreadsheet program, save it as .xlsx and choose that file."),
    )
    OLD_EXCEL = (
        "old_excel",
        _("This is a workbook of the old kind (.xls). Open it in a spreadsheet program and save it as .xlsx."),
    )
    OPEN_DOCUMENT = "open_document", _("This is an OpenDocument sheet (.ods). Open it and save it as .xlsx.")
    ENCRYPTED = "encrypted", _("This workbook is protected with a password. Open it, take the password off and save it.")
    TOO_LARGE = "too_large", _("This file is larger than 5 MB. Copy the rows into the empty sheet that this page offers.")
    UNPACKS_TOO_LARGE = (
        "unpacks_too_large",
        _("This file is far larger than it looks. Copy the rows into the empty sheet that this page offers."),
    )
    BROKEN = "broken", _("This file is damaged. Open it in a spreadsheet program, which may repair it, and save it again.")
    HAS_DTD = (
        "has_dtd",
        _("This file was not written by a spreadsheet program: it tells its reader to load other files. It is not opened."),
    )
    NO_ROWS = "no_rows", _("There is no row under the names of the columns in the first sheet of this file.")
    TOO_MANY_ROWS = (
        "too_many_rows",
        _("There are more than 2,000 rows in this file. Divide it and put up one part after another."),
    )
    UNKNOWN = (
        "unknown",
        _(
            "The first row of the first sheet has to name the columns. These names are not known: %(named)s. "
            "Name them as in the empty sheet that this page offers, or delete those columns."
        ),
    )
    TWICE = "twice", _("Two columns have the same name: %(named)s. Join them into one.")
    MISSING = "missing", _("These columns are missing: %(named)s. Take the empty sheet that this page offers and fill it.")
    # Of one cell.
    FORMULA = "formula", _("There is a formula here, and formulas are not counted. Put its result here instead.")
    ERROR = "error", _("There is an error of the spreadsheet program here instead of words.")
    TOO_LONG = "too_long", _("There are more than 20,000 characters here. Divide them into several rows.")
    STRAY = "stray", _("There are words in this row beyond the last column that has a name. Move them under a name.")
