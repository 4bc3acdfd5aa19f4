"""Where in the handbook stands what concerns a page of the desk."""

from django.urls import ResolverMatch, reverse

# By the name of the page's address; without its last word for all pages of a model that are not named themselves.
PLACES = {
    # The desk itself
    "index": "biurko#od-czego-zaczac-dzien",
    "app_list": "biurko#jak-znalezc-cos-na-liscie",
    "desk_status": "gdy-cos-nie-dziala#jak-sprawdzic-stan-portalu",
    "password_change": "logowanie#jak-sie-zalogowac",
    "password_change_done": "logowanie#jak-sie-zalogowac",
    "desk_blueprint": "nowy-rok#jak-przygotowac-konsultacje-na-nowy-rok",
    "desk_preview": "nowy-rok#jak-pokazac-strone-zanim-ja-opublikujesz",
    # The plan of the year
    "consultations_consultation": "nowy-rok#jak-opublikowac-konsultacje",
    "consultations_consultation_add": "nowy-rok#jak-dodac-konsultacje-krok-po-kroku",
    "consultations_stage": "terminy#jak-przesunac-termin",
    "consultations_stage_add": "nowy-rok#jak-dodac-konsultacje-krok-po-kroku",
    "consultations_formalevent": "terminy#jak-zapisac-ze-cos-sie-stalo",
    "consultations_formalevent_add": "nowy-rok#jak-dodac-konsultacje-krok-po-kroku",
    "consultations_datechange": "terminy#jak-przesunac-termin",
    # The meeting
    "meetings_meeting": "spotkanie#jak-zorganizowac-spotkanie",
    "meetings_meeting_cancel": "spotkanie#jak-odwolac-spotkanie-albo-grupe",
    "meetings_group_cancel": "spotkanie#jak-odwolac-spotkanie-albo-grupe",
    "meetings_group_conclusions": "spotkanie#jak-z-wnioskow-grupy-zrobic-propozycje",
    "meetings_registration": "spotkanie#jak-prowadzic-zapisy-i-liste-oczekujacych",
    "meetings_registration_add": "biurko#gdy-dzwoni-telefon",
    "meetings_topicproposal": "spotkanie#jak-zdecydowac-o-dodatkowym-temacie",
    # What people said, and what they are answered
    "consultations_voice": "odpowiedzi#jak-odpowiedziec-na-glos",
    "consultations_voice_changelist": "glosy#jak-opublikowac-glosy",
    "consultations_voice_add": "glosy#jak-wpisac-glos-ktory-przyszedl-inaczej",
    "consultations_voice_cut": "odpowiedzi#jak-odpowiedziec-na-pismo-ktore-mowi-kilka-rzeczy",
    "consultations_letter": "glosy#jak-wpisac-pismo-ktore-mowi-kilka-rzeczy",
    "consultations_voiceimport": "glosy#jak-wczytac-glosy-z-arkusza-excela",
    "consultations_assign": "odpowiedzi#jak-przydzielic-odpowiedzi",
    "consultations_department": "odpowiedzi#jak-przydzielic-odpowiedzi",
    "consultations_similar": "odpowiedzi#jak-odpowiedziec-na-podobne-glosy-naraz",
    "consultations_together": "odpowiedzi#jak-odpowiedziec-na-podobne-glosy-naraz",
    "consultations_answertemplate": "odpowiedzi#jak-nie-pisac-tego-samego-od-nowa",
    "consultations_proposedchange": "odpowiedzi#jak-zmienic-tekst-po-odpowiedzi",
    "consultations_change_new": "odpowiedzi#jak-zmienic-tekst-po-odpowiedzi",
    "consultations_change_merge": "odpowiedzi#jak-zmienic-tekst-po-odpowiedzi",
    "consultations_text_changes": "odpowiedzi#jak-zmienic-tekst-po-odpowiedzi",
    "consultations_publication": "publikacja#jak-sprostowac-odpowiedz",
    "consultations_publish": "publikacja#jak-opublikowac-odpowiedzi",
    "consultations_report": "publikacja#jak-oglosic-raport",
    # The text
    "programs_program": "nowy-rok#jak-dodac-konsultacje-krok-po-kroku",
    "programs_draftversion": "tekst#jak-zaczac-nowa-wersje",
    "programs_text": "tekst#jak-pisac-tekst",
    "programs_unit_new": "tekst#jak-wpisac-odwolanie-albo-kwote",
    "programs_unit_edit": "tekst#jak-wpisac-odwolanie-albo-kwote",
    "programs_unit_split": "tekst#jak-pisac-tekst",
    "programs_unit_merge": "tekst#jak-pisac-tekst",
    "programs_unit_move": "tekst#jak-pisac-tekst",
    "programs_unit_remove": "tekst#jak-pisac-tekst",
    "programs_changes": "tekst#jak-sprawdzic-i-wydrukowac-projekt",
    "programs_checklist": "tekst#jak-sprawdzic-i-wydrukowac-projekt",
    "programs_files": "tekst#jak-sprawdzic-i-wydrukowac-projekt",
    "programs_statutoryelement": "tekst#jak-sprawdzic-i-wydrukowac-projekt",
    "programs_freeze": "tekst#jak-zamrozic-wersje",
    "programs_textimport": "tekst#jak-poprawic-tekst-w-wordzie",
    "programs_resolution": "tekst#jak-zapisac-uchwale",
    "programs_attachment": "tekst#jak-zapisac-uchwale",
    # Letters and those who get them
    "consultations_announcement": "ogloszenia#jak-dodac-ogloszenie",
    "consultations_document": "ogloszenia#jak-dodac-dokument",
    "consultations_reminderrule": "listy#jak-zmienic-przypomnienia",
    "consultations_plan": "listy#jak-zobaczyc-co-portal-wysyla-sam",
    "consultations_follow": "listy#kto-obserwuje-konsultacje",
    "accounts_letter": "listy#jak-naprawic-klopot-z-listem",
    "accounts_lettertext": "listy#jak-zmienic-tresc-listu",
    "accounts_lettertext_edit": "listy#jak-zmienic-tresc-listu",
    "accounts_lettertext_reset": "listy#jak-zmienic-tresc-listu",
    "accounts_suppression": "listy#jak-odblokowac-adres-ktory-odrzucal-listy",
    "accounts_organization": "organizacje#jak-sprawdzic-nowy-wpis",
    "accounts_duplicates": "organizacje#jak-scalic-duplikaty",
    "accounts_merge": "organizacje#jak-scalic-duplikaty",
    "accounts_contactimport": "organizacje#jak-wczytac-organizacje-z-arkusza",
    "accounts_sphere": "organizacje#jak-zmienic-liste-sfer-zadan",
    # Accounts, the audit, whose portal it is
    "accounts_user": "logowanie#kto-ma-dostep-do-biurka",
    "desk_person": "dane-osobowe#jak-pokazac-komus-jego-dane",
    "accounts_erasure": "dane-osobowe#jak-usunac-dane-osoby",
    "accounts_retentionrun": "dane-osobowe#co-portal-usuwa-sam",
    "accounts_auditentry": "dziennik-zmian#jak-sprawdzic-kto-co-zmienil",
    "accounts_portal": "ustawienia#jak-zmienic-nazwe-adres-i-telefon-urzedu",
}


def help_address(match: ResolverMatch | None) -> str:
    """The whole handbook for a page that the table does not name."""
    name = (match.url_name if match else None) or ""
    place = PLACES.get(name) or PLACES.get(name.rpartition("_")[0])
    if not place:
        return reverse("desk:handbook")
    chapter, _sign, anchor = place.partition("#")
    return f"{reverse('desk:handbook_chapter', args=[chapter])}#{anchor}"
