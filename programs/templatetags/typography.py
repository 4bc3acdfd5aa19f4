from django import template
from django.utils.safestring import SafeData

from programs import typography

register = template.Library()


@register.filter(is_safe=True)
def typeset(text: object) -> str:
    """Typeset plain text, before any filter that makes markup of it: {{ text|typeset|linebreaks }}."""
    # In markup the quotes and hyphens belong to tags; text that is not markup stays unsafe and is escaped.
    return text if isinstance(text, SafeData) and isinstance(text, str) else typography.typeset(str(text))
