"""Whose portal it is: one page, no list."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.models import Portal
from accounts.roles import Duty
from programs.actions.portal import FaintColor, LogoIsUnnamed, NoColor, PortalIsOutOfReach, accepted, set_up
from programs.logo import LARGEST, LogoDoesMore, LogoIsNoPicture, LogoIsTooBig, logo_of

TYPED_ONLY = ("picked", "logo_file", "logo_away")
LOGO_REFUSED = (LogoIsTooBig, LogoIsNoPicture, LogoDoesMore)
# What the field that is only looked at shows until a color is chosen: that of the portal itself.
OWN_COLOR = "#8f3a1f"


class PortalForm(forms.ModelForm[Portal]):
    picked = forms.CharField(
        label=_("Color, chosen by eye"),
        required=False,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Counts when you change it and leave the field above as it was."),
    )

    logo_file = forms.FileField(
        label=_("File of the logo"),
        required=False,
        help_text=_("PNG, JPEG or SVG, at most 200 kB. It stands at the head of each page, at night on white."),
    )
    logo_away = forms.BooleanField(label=_("Take the logo away"), required=False)

    class Meta:
        model = Portal
        fields = (
            "name",
            "name_of",
            "office",
            "head",
            "council_of",
            "address",
            "phone",
            "hours",
            "act",
            "act_in_english",
            "english",
            "accent",
            "logo_words",
        )
        help_texts = {
            "name_of": _("In the genitive, as in “program współpracy Gminy Miasta Toruń”. The title of a new program says it."),
            "head": _("For example: Prezydent Miasta Torunia. Notes on personal data name them as the controller."),
            "council_of": _("In the genitive, as in “sesja Rady Miasta Torunia”."),
            "act": _("Its date, title and place in the journal of laws, as they follow the word “ustawy”."),
            "act_in_english": _("The same in English, as it follows the words “the Act”."),
            "english": _("When not, public pages have no link to their English version."),
            "accent": _(
                "# and six digits or letters, as in the visual identity of the office. Empty: the brick red of the portal."
            ),
            "logo_words": _("What is read to whoever cannot see it, for example: coat of arms of the municipality."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["picked"] = self.initial.get("accent") or OWN_COLOR

    def clean_logo_file(self) -> bytes | None:
        chosen = self.cleaned_data["logo_file"]
        if not chosen:
            return None
        # The form that comes back with a refusal of the verb reads it again.
        chosen.seek(0)
        content: bytes = chosen.read(LARGEST + 1)
        try:
            logo_of(content)
        except LOGO_REFUSED as refused:
            raise forms.ValidationError(str(refused.in_words)) from refused
        return content

    @property
    def logo(self) -> bytes | None:
        """As the verb takes it."""
        return self.cleaned_data.get("logo_file") or (b"" if self.cleaned_data.get("logo_away") else None)

    def clean(self) -> None:
        super().clean()
        if self.logo == b"":
            # What the constraint asks words for is going.
            self.instance.logo_sum = ""
        stays = self.instance.logo_sum and self.logo is None
        if (self.logo or stays) and self.cleaned_data.get("logo_words") == "":
            self.add_error("logo_words", str(LogoIsUnnamed.in_words))
        self._clean_accent()

    def _clean_accent(self) -> None:
        if "accent" not in self.cleaned_data:
            return
        by_eye = "picked" in self.changed_data and "accent" not in self.changed_data
        try:
            self.cleaned_data["accent"] = accepted(self.cleaned_data["picked" if by_eye else "accent"])
        except (NoColor, FaintColor) as refused:
            self.add_error("accent", str(refused.in_words))


@admin.register(Portal)
class PortalAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Portal]):
    duty = Duty.SET_UP
    form = PortalForm
    refusals = (PortalIsOutOfReach, NoColor, FaintColor, LogoIsUnnamed, *LOGO_REFUSED)
    named_by_kind = True
    fieldsets = (
        (
            _("Names"),
            {
                "fields": ("name", "name_of", "office", "head", "council_of"),
                "description": _("As in official letters. They stand on every page, in letters and in files."),
            },
        ),
        (
            _("Contact"),
            {
                "fields": ("address", "phone", "hours"),
                "description": _("Shown at the foot of every page. What you leave empty is not shown."),
            },
        ),
        (
            _("Law and languages"),
            {
                "fields": ("act", "act_in_english", "english"),
                "description": _("The act on public benefit is cited in notes on personal data and in new reports."),
            },
        ),
        (
            _("Color"),
            {
                "fields": ("accent", "picked"),
                "description": _(
                    "Of links, buttons and the ornament at the top of each page. For pages by night the portal finds a lighter "
                    "shade by itself."
                ),
            },
        ),
        (_("Logo"), {"fields": ("logo_file", "logo_words", "logo_away")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever only looks is shown the row: fields of the form alone would be missing there."""
        left_out = () if self.has_change_permission(request, obj) else TYPED_ONLY
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field not in left_out]})
            for name, options in self.fieldsets
        ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:accounts_portal_change", 1)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Portal | None:
        """Before the first change the page shows what the environment says."""
        if object_id != "1":
            return None
        return Portal.objects.filter(pk=1).first() or Portal.of_the_environment()

    def save_model(self, request: HttpRequest, obj: Portal, form: Any, change: bool) -> None:
        set_up(obj, by=staff(request), at=timezone.now(), logo=form.logo)
