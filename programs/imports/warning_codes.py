"""What a clerk should look at before a text that was read becomes one of ours."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WarningCode(TextChoices):
    """The code travels from the worker to the page; the label is the sentence there."""

    NUMBER_DIFFERS = "number_differs", _("In the file it has another number than it will have here.")
    LEVEL_SKIPPED = "level_skipped", _("A level above it is missing, so it became a unit of the kind that may stand here.")
    MOVED_OUT = "moved_out", _("It cannot stand where it stands in the file, so it was moved to the nearest place where it can.")
    JOINED = "joined", _("A paragraph without a number follows it in the file and was joined to it.")
    JOINED_AFTER = (
        "joined_after",
        _("Words that stand after a list or a table in the file were joined to it. Check where they belong."),
    )
    HEADING_JOINED = "heading_joined", _("A heading in the file could not stay a heading, so it became words of the text.")
    UNKNOWN_NUMBER = "unknown_number", _("A number of a kind that legal texts do not use was left in the words.")
    UNKNOWN_STYLE = "unknown_style", _("Its style is missing from the file, so its number may be missing too.")
    EMPTY = "empty", _("It has no words.")
    MERGED_CELLS = "merged_cells", _("Cells of the table were merged; here each row has a cell in every column.")
    NESTED_TABLE = "nested_table", _("A table stood in a cell; its words stay in that cell, line by line.")
    FOOTNOTE_DROPPED = "footnote_dropped", _("A footnote was left out.")
    IMAGE_DROPPED = "image_dropped", _("A picture was left out.")
    TEXT_BOX_DROPPED = "text_box_dropped", _("A text box was left out with its words.")
    COMMENT_DROPPED = "comment_dropped", _("A comment was left out.")
    HIDDEN_DROPPED = "hidden_dropped", _("Hidden text was left out.")
    SYMBOL_DROPPED = "symbol_dropped", _("A sign from a font of pictures was left out.")
    FORMULA = "formula", _("A formula became plain words. Check that it says the same.")
    INSERTED_FILE = "inserted_file", _("Another file is inserted in this one. It was not opened.")
    EXTERNAL = "external", _("The file refers to pictures or templates that lie elsewhere. They were not opened.")
