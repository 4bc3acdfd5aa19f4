"""Addresses whose mail server said for good that there is no such mailbox."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.letters import MailDesk
from accounts.desk import staff
from accounts.models import Suppression
from accounts.suppression import lift_suppression


@admin.register(Suppression)
class SuppressionAdmin(MailDesk, admin.ModelAdmin[Suppression]):
    list_help = _(
        "A mail server said for good that these mailboxes do not exist. Reminders, news and invitations to them stop; what a "
        "person asks for is tried all the same. A block made when a mail server refused a letter at once is lifted by itself "
        "as soon as that server takes one; a block made by a letter that came back is not. When you know that an address "
        "works again, tick it and choose “Lift the block”. Letters that were kept back meanwhile are sent only when you ask "
        "for it on the list of letters."
    )
    list_display = ("email", "reason", "by_bounce", "since", "lifted_at", "lifted_by", "letters")
    list_display_links = None
    list_filter = (("lifted_at", admin.EmptyFieldListFilter), "since")
    list_select_related = ("lifted_by",)
    search_fields = ("email", "reason")
    actions = ("lift",)

    @admin.display(description=_("letters"))
    def letters(self, suppression: Suppression) -> SafeString:
        url = f"{reverse('admin:accounts_letter_changelist')}?{urlencode({'q': suppression.email})}"
        return format_html(
            '<a href="{}" aria-label="{}">{}</a>',
            url,
            _("Letters to %(email)s") % {"email": suppression.email},
            _("See"),
        )

    @admin.action(description=_("Lift the block"), permissions=["act"])
    def lift(self, request: HttpRequest, chosen: QuerySet[Suppression]) -> None:
        at, refusing = timezone.now(), [row for row in chosen if row.lifted_at is None]
        for suppression in refusing:
            lift_suppression(suppression, by=staff(request), at=at)
        n, lifted_before = len(refusing), len(chosen) - len(refusing)
        if n:
            words = ngettext("We write again to %(n)d address.", "We write again to %(n)d addresses.", n)
            self.message_user(request, words % {"n": n}, messages.SUCCESS)
        if lifted_before:
            words = ngettext("Lifted before: %(n)d address.", "Lifted before: %(n)d addresses.", lifted_before)
            self.message_user(request, words % {"n": lifted_before}, messages.WARNING)
