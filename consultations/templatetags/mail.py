"""What a visitor wrote, in a letter that we send."""

from django import template

register = template.Library()


@register.filter
def as_quotation(text: str) -> str:
    """Each line marked as in any e-mail program: accounts.rendering makes no link, list or button of such a line."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
