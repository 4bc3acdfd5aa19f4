"""What each person does in the real case, click by click; each scene ends when it is done."""

import re

from playwright.sync_api import Page, expect

from consultations.models import Consultation, ProposedChange, Stage, Voice
from meetings.models import WorkingGroup
from programs.models import DraftVersion
from tests.browser.conftest import follow
from tests.browser.real_case import SLUG, sheet

CONSULTATION = f"/konsultacje/{SLUG}/"
VOICES = "/admin/consultations/voice/"


def save(page: Page) -> None:
    follow(page.locator(".submit-row input.default"))
    expect(page.locator(".errornote")).to_have_count(0)


def announce(page: Page, made: Consultation) -> None:
    page.goto("/admin/consultations/announcement/add/")
    page.select_option("[name=consultation]", str(made.pk))
    page.fill("[name=title]", "Zapraszamy do rozmowy o programie")
    page.fill("[name=slug]", "zapraszamy")
    page.fill("[name=body]", "Od dziś zbieramy propozycje.")
    save(page)
    page.goto("/aktualnosci/")
    expect(page.get_by_role("link", name="Zapraszamy do rozmowy o programie")).to_be_visible()


def conclude(page: Page, group: WorkingGroup) -> None:
    """The moderator, on a phone."""
    page.goto(f"/spotkania/{group.meeting.slug}/grupy/{group.pk}/")
    page.fill("[name=text]", "Termin poprawiania błędów powinien być dłuższy.")
    follow(page.locator("form[action*=wnioski] button:not([name])"))


def take_conclusions(page: Page, group: WorkingGroup) -> None:
    page.goto(f"/admin/meetings/meeting/{group.meeting_id}/change/")
    follow(page.get_by_role("link", name="Wnioski", exact=True).first)
    save(page)


def answer(page: Page, voice: Voice, outcome: str, reasons: str) -> None:
    page.goto(f"{VOICES}{voice.pk}/change/")
    page.check(f"[name=outcome][value={outcome}]")
    page.fill("[name=reasons]", reasons)
    follow(page.locator("[name=act][value=send]"))


def approve(page: Page, voice: Voice) -> None:
    page.goto(f"{VOICES}{voice.pk}/change/")
    follow(page.locator("[name=act][value=approve]"))


def say_where(page: Page, voice: Voice, citation: str) -> None:
    """The text says it already."""
    page.goto(f"/admin/consultations/proposedchange/part/{voice.parts.get().pk}/")
    page.fill("[name=citation]", citation)
    follow(page.locator("[name=act][value=explain]"))


def publish(page: Page, made: Consultation, kind: str) -> None:
    page.goto(f"/admin/consultations/publication/publish/{made.pk}/?kind={kind}")
    follow(page.locator("main form .acts button"))
    expect(page.locator(".messagelist .success")).to_be_visible()


def refuse_what_is_unanswered(page: Page, made: Consultation) -> None:
    page.goto(f"/admin/consultations/publication/publish/{made.pk}/?kind=remark")
    expect(page.locator("main form .acts button")).to_have_count(0)


def accept(page: Page, made: Consultation) -> None:
    """The mayor accepts on 18 October: the fourteenth day is All Saints', so people have until 2 November."""
    event = made.events.get(kind="acceptance")
    page.goto(f"/admin/consultations/formalevent/{event.pk}/change/")
    page.fill("[name=done_on]", "2021-10-18")
    follow(page.locator(".submit-row input.default"))
    # Nothing is saved yet: the form shows what would follow.
    expect(page.locator("#content")).to_contain_text("2 listopada")
    save(page)
    stage = Stage.objects.get(consultation=made, kind="remarks")
    assert str(stage.closes_at) == "2021-11-02 23:00:00+00:00"  # midnight after 2 November in Poland


def write_remark(page: Page, provision: str, wording: str) -> None:
    page.goto(f"{CONSULTATION}uwagi/nowa/?provision={provision}")
    page.fill("[name=proposed_wording]", wording)
    page.fill("[name=reasons]", "Tak będzie łatwiej małym organizacjom.")


def sign(page: Page, name: str, organization: str) -> None:
    page.fill("[name=name]", f"{name} Przykładowa")
    page.fill("[name=email]", f"{name.lower()}@example.org")
    page.fill("[name=organization]", organization)


def write_two_remarks(page: Page, draft: DraftVersion) -> None:
    """One letter from a phone that says two things."""
    of = {text.citation: str(text.provision_id) for text in draft.texts.all()}
    write_remark(page, of["§ 3"], "Wkład własny wynosi co najmniej 3% kosztów zadania.")
    sign(page, "Anna", "Stowarzyszenie Żółty Latawiec")
    follow(page.locator(".actions [name=step][value=check]"))
    follow(page.locator("[name=step][value=another]"))
    page.select_option("[name=place]", of["§ 4"])
    page.fill("[name=proposed_wording]", "Błędy formalne poprawia się w terminie 7 dni.")
    follow(page.locator(".actions [name=step][value=check]"))
    expect(page.locator("ins").first).to_be_visible()
    follow(page.locator("[name=step][value=send]"))
    expect(page.locator("main")).to_contain_text(f"U/{SLUG}/002")


def write_one_remark(page: Page, draft: DraftVersion) -> None:
    write_remark(page, str(draft.texts.get(citation="§ 1").provision_id), "Gmina wspiera organizacje w rozwoju i działaniu.")
    sign(page, "Bogna", "Fundacja Łąka")
    follow(page.locator(".actions [name=step][value=check]"))
    follow(page.locator("[name=step][value=send]"))


def enter_by_hand(page: Page, made: Consultation) -> None:
    for channel, name in (("paper", "Cezary"), ("phone", "Dorota"), ("email", "Ewa")):
        page.goto(f"{VOICES}add/")
        page.select_option("[name=consultation]", str(made.pk))
        page.select_option("[name=kind]", "remark")
        page.select_option("[name=channel]", channel)
        page.fill("[name=received_at]", "2021-10-27T10:00")
        page.fill("[name=name]", f"{name} Przykładowa")
        if channel == "email":
            page.fill("[name=email]", "ewa@example.org")
        page.fill("[name=citation]", "§ 6")
        page.fill("[name=proposed_wording]", f"Forum odbywa się dwa razy w roku, jak pisze {name}.")
        save(page)
        expect(page.locator(".messagelist .success")).to_be_visible()


def enter_letter(page: Page, made: Consultation) -> None:
    """A letter by ePUAP with three remarks."""
    page.goto("/admin/consultations/voiceimport/letter/")
    page.select_option("[name=consultation]", str(made.pk))
    page.select_option("[name=kind]", "remark")
    page.select_option("[name=channel]", "epuap")
    page.fill("[name=received_at]", "2021-10-26T09:00")
    page.fill("[name=name]", "Felicja Przykładowa")
    page.fill("[name=organization_name]", "Federacja Zielony Most")
    for number, citation in enumerate(("§ 1", "§ 2", "§ 5"), start=1):
        page.fill(f"[name=row-{number}-citation]", citation)
        page.fill(f"[name=row-{number}-text]", f"Prosimy doprecyzować {citation}.")
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()


def import_sheet(page: Page, made: Consultation) -> None:
    rows = [
        {"organization_name": f"Klub {n}", "name": f"Osoba {n}", "channel": "e-mail", "day": "25.10.2021"}
        | {"citation": "§ 2", "text": "Kalendarz konkursów jest potrzebny wcześniej."}
        for n in range(3)
    ]
    page.goto("/admin/consultations/voiceimport/add/")
    page.select_option("[name=consultation]", str(made.pk))
    page.check("[name=kind][value=remark]")
    page.set_input_files("[name=file]", {"name": "uwagi.xlsx", "mimeType": "application/zip", "buffer": sheet(rows)})
    save(page)
    follow(page.locator("[name=record]"))


def release(page: Page) -> None:
    page.goto(VOICES)
    page.check("#action-toggle")
    page.select_option("[name=action]", "release")
    follow(page.locator("[name=index]"))
    expect(page.locator(".messagelist .success")).to_be_visible()


def change_the_text(page: Page, remarks: list[Voice], version: DraftVersion) -> None:
    """Two accepted remarks become words of the new version, all at once."""
    for remark in remarks:
        page.goto(f"/admin/consultations/proposedchange/part/{remark.parts.get().pk}/")
        follow(page.locator("[name=act][value=propose]"))
    page.goto(f"/admin/consultations/proposedchange/version/{version.pk}/")
    follow(page.locator("[name=act][value=all]"))
    assert ProposedChange.objects.filter(applied_in=version).count() == len(remarks)


def report(page: Page, made: Consultation) -> None:
    page.goto("/admin/consultations/report/add/")
    page.select_option("[name=consultation]", str(made.pk))
    follow(page.locator(".submit-row input, main form input[type=submit]").first)
    page.fill("[name=basis]", "Art. 5a ust. 1 ustawy o działalności pożytku publicznego i o wolontariacie.")
    page.fill("[name=conclusion]", "Projekt ze zmianami przekazano Radzie Miasta.")
    page.fill("[name=prepared_by]", "Referat współpracy")
    save(page)
    follow(page.locator("[name=publish]"))
    expect(page.locator(".messagelist .success").first).to_be_visible()


def adopt(page: Page, version: DraftVersion) -> None:
    page.goto(f"/admin/programs/resolution/add/?program={version.program_id}")
    page.select_option("[name=version]", str(version.pk))
    page.fill("[name=number]", "612/21")
    page.fill("[name=adopted_on]", "2021-11-18")
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()


def trace(page: Page, proposal: Voice, remark: Voice, draft: int, adopted: int) -> None:
    """Each arrow there and back: group, proposal, draft; remark, changed words, report, resolution."""
    group = proposal.conclusion.group
    page.goto(f"/spotkania/{group.meeting.slug}/")
    follow(page.get_by_role("link", name=proposal.signature))
    _to_the_text_and_back(page, proposal, f"/programy/{SLUG}/wersje/")
    follow(page.locator(f".trace a[href*='/spotkania/{group.meeting.slug}/']"))
    expect(page.get_by_role("link", name=proposal.signature)).to_be_visible()

    page.goto(f"/programy/{SLUG}/")
    follow(page.locator(f"a[href$='/wersje/{adopted}/']").first)
    follow(page.get_by_role("link", name=remark.signature).first)
    _to_the_text_and_back(page, remark, f"/programy/{SLUG}/wersje/{adopted}/")
    expect(page.locator(".trace")).to_contain_text("612/21")
    page.goto(f"/programy/{SLUG}/zmiany/{draft}-{adopted}/")
    follow(page.get_by_role("link", name=remark.signature).first)
    page.goto(f"{CONSULTATION}raport/")
    follow(page.get_by_role("link", name=remark.signature).first)
    expect(page.locator("h1")).to_contain_text(remark.signature)


def _to_the_text_and_back(page: Page, voice: Voice, where: str) -> None:
    here = page.url
    follow(page.locator(f".trace a[href*='{where}']").first)
    assert re.search(r"/wersje/\d+/#\S+$", page.url)
    anchor = page.url.partition("#")[2]
    unit = page.locator(f"[id='{anchor}']")
    expect(unit).to_be_visible()
    follow(unit.get_by_role("link", name=voice.signature).first)
    assert page.url == here
