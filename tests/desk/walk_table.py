"""Role × action: who opens which page of the portal, and whose POST may change something there.

Duties are those of accounts/roles.py. Whoever a row does not name is refused: see Row.answer.
"""

from accounts.roles import Duty
from tests.desk.walking import Answer, BulkRow, Fact, May, Row

NOBODY: May = frozenset()
ANYBODY: May = frozenset({Fact.ANYBODY})
SIGNED_OUT: May = frozenset({Fact.SIGNED_OUT})
SIGNED_IN: May = frozenset({Fact.SIGNED_IN})
AT_DESK: May = frozenset({Fact.AT_DESK})
WITHOUT_FACTOR: May = frozenset({Fact.WITHOUT_FACTOR})
WITH_FACTOR: May = frozenset({Fact.WITH_FACTOR})
RUNS_GROUP: May = frozenset({Fact.RUNS_GROUP})

READ_ALL: May = frozenset({Duty.READ_ALL})
PROCESS: May = frozenset({Duty.RUN_PROCESS})
MEETINGS: May = frozenset({Duty.RUN_MEETINGS})
VOICES: May = frozenset({Duty.HANDLE_VOICES})
TEXT: May = frozenset({Duty.DRAFT_TEXT})
DIRECTORY: May = frozenset({Duty.KEEP_DIRECTORY})
OWN: May = frozenset({Duty.ANSWER_OWN})
LETTERS: May = frozenset({Duty.SEE_LETTERS})
SET_UP: May = frozenset({Duty.SET_UP})

# --- The public portal ------------------------------------------------------------------------------


def public(name: str, given: str = "") -> Row:
    return Row(name, given, opens=ANYBODY)


def nowhere(name: str, given: str) -> Row:
    """What is there, and not for the public."""
    return Row(name, given, otherwise=404)


PUBLIC = (
    *(public(name) for name in ("/healthz", "/readyz", "/robots.txt", "desk:home")),
    *(public(f"desk:{name}") for name in ("accessibility", "privacy", "demonstration")),
    Row("/favicon.ico", opens=ANYBODY, then="/static/img/favicon.ico"),
    # The office has chosen no color and put up no logo.
    *(Row(name, otherwise=404) for name in ("looks", "logo")),
    Row("desk:my_data", opens=SIGNED_IN, then="desk:mine", otherwise="account_login"),
    *(Row(f"desk:{name}", opens=SIGNED_IN, otherwise="account_login") for name in ("mine", "erase_me")),
    *(public("desk:took_part", slug) for slug in ("open", "over")),
    nowhere("desk:took_part", "hidden"),
    public("desk:handbook"),
    public("desk:handbook_chapter", "chapter"),
    nowhere("desk:handbook_chapter", "guessed"),
    public("desk:handbook_picture", "picture"),
    nowhere("desk:handbook_picture", "guessed"),
    Row("desk:demonstration_letter", "guessed", otherwise=404),
    Row("link", "guessed", otherwise=404),
    *(public(f"consultations:{name}") for name in ("list", "calendar_all", "news", "atom")),
    *(public(f"consultations:{name}", "open") for name in ("detail", "calendar", "contact", "follow", "proposals", "topics")),
    *(public(f"consultations:{name}", "open") for name in ("proposal_new", "remark_new", "remarks")),
    *(nowhere(f"consultations:{name}", "hidden") for name in ("detail", "calendar", "contact", "follow", "proposals", "topics")),
    public("consultations:document", "open document file_name"),
    nowhere("consultations:document", "over document file_name"),
    public("consultations:announcement_pdf", "news"),
    public("consultations:announcement", "news"),
    public("consultations:proposal", "open proposal"),
    nowhere("consultations:proposal", "open unreleased"),
    public("consultations:topic", "open topic"),
    public("consultations:remark", "over remark"),
    *(public(f"consultations:{name}", "over") for name in ("report", "report_pdf", "report_docx", "report_xlsx")),
    *(public(f"consultations:{name}", "over") for name in ("voices_csv", "voices_json")),
    *(nowhere(f"consultations:{name}", "open") for name in ("report", "report_pdf", "report_docx", "report_xlsx")),
    *(nowhere(f"consultations:{name}", "open") for name in ("voices_csv", "voices_json")),
    public("consultations:receipt", "open form_token"),
    nowhere("consultations:receipt", "open guessed"),
    nowhere("consultations:draft", "open guessed"),
    public("programs:list"),
    public("programs:detail", "program"),
    Row("programs:choose_changes", "program", opens=ANYBODY, then="programs:detail"),
    public("programs:version", "program one"),
    nowhere("programs:version", "program council"),
    public("programs:changes", "program one two"),
    nowhere("programs:changes", "program one council"),
    public("programs:attachment", "program attachment"),
    *(public(f"programs:version_{kind}", "program one") for kind in ("pdf", "docx", "txt")),
    *(nowhere(f"programs:version_{kind}", "program council") for kind in ("pdf", "docx", "txt")),
    *(public(f"programs:changes_{kind}", "program one two") for kind in ("pdf", "docx")),
    *(public(f"meetings:{name}", "meeting") for name in ("detail", "sign_up", "sign_up_done", "calendar")),
    *(public(f"meetings:{name}", "meeting") for name in ("poster", "poster_a3", "topic_new", "topic_done")),
)

# --- The page of a group: whoever runs it, and whoever runs meetings ---------------------------------

PAGES = ("group", "group_note_history", "group_list", "group_sheet")
FORMS = ("group_attendance", "group_walk_ins", "group_note", "group_conclusions")
GROUPS = tuple(
    row
    for group, opens in (("own_group", MEETINGS | RUNS_GROUP), ("other_group", MEETINGS))
    for row in (
        *(Row(f"meetings:{name}", f"meeting {group}", opens) for name in PAGES),
        *(Row(f"meetings:{name}", f"meeting {group}", opens, then="meetings:group") for name in FORMS),
        Row("meetings:group_conclusion", f"meeting {group} {group.split('_')[0]}_conclusion", opens),
    )
)

# --- One's own account ------------------------------------------------------------------------------

SIGN_IN = ("account_login", "account_request_login_code", "account_password_login", "account_signup")


def own(name: str, then: Answer = 200, *, lacking: Answer | None = None, otherwise: Answer = "account_login") -> Row:
    """`lacking`: what whoever has no second factor gets."""
    cases = ((SIGNED_IN, then if lacking is None else lacking),)
    return Row(name, "", WITH_FACTOR, then, otherwise, cases, acts=SIGNED_IN)


ACCOUNT = (
    own("account"),
    *(Row(name, opens=SIGNED_OUT, otherwise="desk:mine", acts=ANYBODY) for name in SIGN_IN),
    Row("account_confirm_login_code", opens=SIGNED_IN, then="desk:mine", otherwise="account_request_login_code", acts=ANYBODY),
    own("account_logout", otherwise="desk:home"),
    public("account_inactive"),
    own("usersessions_list"),
    own("mfa_index"),
    own("mfa_authenticate", then="desk:mine"),
    # Whoever has nothing to confirm with may not; whoever signed in long ago confirms first.
    own("account_reauthenticate", "mfa_reauthenticate", lacking=403),
    own("mfa_reauthenticate", lacking=403),
    own("mfa_activate_totp", "mfa_reauthenticate", lacking=200),
    own("mfa_deactivate_totp", "mfa_reauthenticate", lacking=404),
    own("mfa_generate_recovery_codes", "mfa_reauthenticate", lacking=200),
    own("mfa_view_recovery_codes", then=404),
    own("mfa_download_recovery_codes", then=404),
    own("account_change_password", then="account_set_password"),
    own("account_set_password"),
    public("account_reset_password"),
    public("account_reset_password_done"),
    Row("account_reset_password_from_key", "guessed guessed", opens=ANYBODY),
    public("account_reset_password_from_key_done"),
)

# --- Actions of lists ---------------------------------------------------------------------------------

BULK = (
    *(BulkRow("consultations_voice", action, "voice", VOICES) for action in ("assign", "release", "approve")),
    BulkRow("consultations_voice", "send", "voice", VOICES | OWN),
    BulkRow("consultations_announcement", "withdraw", "announcement", PROCESS),
    *(BulkRow("consultations_reminderrule", action, "rule", PROCESS) for action in ("switch_on", "switch_off")),
    *(BulkRow("meetings_registration", action, "registration", MEETINGS) for action in ("confirm_people", "remove_people")),
    *(BulkRow("accounts_user", action, "person", DIRECTORY) for action in ("end_sessions", "take_second_factor")),
    *(BulkRow("accounts_organization", action, "organization", DIRECTORY) for action in ("verify", "invite_again", "merge")),
    *(BulkRow("accounts_letter", action, "letter", PROCESS) for action in ("retry", "cancel")),
    BulkRow("accounts_suppression", "lift", "suppression", PROCESS),
    *(
        BulkRow(table, "delete_selected", chosen, duty)
        for table, chosen, duty in (
            ("consultations_document", "document", PROCESS),
            ("consultations_department", "department", PROCESS),
            ("consultations_answertemplate", "template", VOICES),
            ("programs_statutoryelement", "element", TEXT),
            ("programs_resolution", "resolution", TEXT),
            ("programs_attachment", "attachment", TEXT),
        )
    ),
)

# --- The desk -----------------------------------------------------------------------------------------


def model(
    name: str, row: str, duty: May, *, look: May | None = None, may: str = "add change delete", page: May = NOBODY
) -> tuple[Row, ...]:
    """The admin's own pages of one table: `duty` does what it `may`, whoever reads everything looks.

    `page`: who works on the page of a row though it is not the admin's own form.
    """
    looking = READ_ALL | duty if look is None else look
    app, table = name.split("_")
    add, change, delete = (duty if act in may.split() else NOBODY for act in ("add", "change", "delete"))
    return (
        Row(f"admin:{name}_changelist", "", looking, acts=frozenset().union(*(row.acts for row in BULK if row.model == name))),
        Row(f"admin:{name}_add", "", add),
        Row(f"admin:{name}_change", row, looking, acts=change | page),
        Row(f"admin:{name}_delete", row, delete),
        # They only lead on: to the audit, which asks, and to the page of the row.
        Row(f"admin:{name}_history", row, AT_DESK, then="admin:accounts_auditentry_changelist", acts=NOBODY),
        Row(f"/admin/{app}/{table}/<path:object_id>/", row, AT_DESK, then=f"admin:{name}_change", acts=NOBODY),
    )


MODELS = (
    *model("consultations_consultation", "consultation", PROCESS, may="add change"),
    *model("consultations_stage", "planned_stage", PROCESS),
    *model("consultations_formalevent", "event", PROCESS),
    *model("consultations_datechange", "date_change", PROCESS, may=""),
    *model("consultations_reminderrule", "rule", PROCESS, may="add change"),
    *model("consultations_announcement", "announcement", PROCESS, may="add change"),
    *model("consultations_document", "document", PROCESS),
    *model("consultations_follow", "follow", PROCESS, may=""),
    *model("consultations_department", "department", PROCESS),
    *model("consultations_publication", "publication", PROCESS, may=""),
    *model("consultations_report", "report", PROCESS, may="add change"),
    # The list of officials holds what is given to them; nothing is, so no page of a voice opens.
    *model("consultations_voice", "voice", VOICES, look=READ_ALL | VOICES | OWN, may="add")[:1],
    *model("consultations_voice", "voice", VOICES, may="add", page=VOICES)[1:],
    *model("consultations_voiceimport", "voice_import", VOICES, may="add change"),
    *model("consultations_answertemplate", "template", VOICES),
    *model("consultations_proposedchange", "waiting_change", TEXT, may=""),
    *model("meetings_meeting", "meeting_pk", MEETINGS, may="add change"),
    *model("meetings_registration", "registration", MEETINGS, may="add change"),
    *model("meetings_topicproposal", "topic_proposal", MEETINGS, may="add change"),
    *model("programs_program", "program_pk", TEXT, may="add change"),
    *model("programs_draftversion", "version", TEXT, may="add change"),
    *model("programs_statutoryelement", "element", TEXT),
    *model("programs_textimport", "text_import", TEXT, may="add change"),
    *model("programs_resolution", "resolution", TEXT),
    *model("programs_attachment", "attachment", TEXT),
    *model("accounts_organization", "organization", DIRECTORY, may="add change"),
    *model("accounts_user", "person", DIRECTORY, may="add change"),
    *model("accounts_sphere", "sphere", DIRECTORY, may="add change"),
    *model("accounts_contactimport", "contact_import", DIRECTORY, may="add change"),
    *model("accounts_letter", "letter", LETTERS, look=LETTERS, may=""),
    *model("accounts_suppression", "suppression", LETTERS, look=LETTERS, may=""),
    # One row, so the list leads to it.
    Row("admin:accounts_portal_changelist", "", AT_DESK, then="admin:accounts_portal_change", acts=NOBODY),
    *model("accounts_portal", "portal", SET_UP, may="change")[1:],
    *model("accounts_auditentry", "entry", READ_ALL, may=""),
    *model("accounts_erasure", "erasure", READ_ALL, may=""),
    *model("accounts_retentionrun", "retention", READ_ALL, may=""),
)


def page(name: str, given: str, opens: May, *, acts: May | None = None, then: Answer = 200) -> Row:
    return Row(f"admin:{name}", given, opens, then, acts=acts)


DESK = (
    Row("admin:index", opens=AT_DESK, acts=NOBODY),
    Row(
        "admin:login",
        opens=AT_DESK,
        then="admin:index",
        cases=((WITHOUT_FACTOR, "mfa_activate_totp"), (SIGNED_OUT, "account_password_login")),
        otherwise=403,
        acts=NOBODY,
    ),
    Row("admin:logout", opens=AT_DESK, then=405, otherwise="admin:index", acts=SIGNED_IN),
    Row("admin:password_change", opens=AT_DESK),
    Row("admin:password_change_done", opens=AT_DESK, acts=NOBODY),
    Row("admin:autocomplete"),
    Row("admin:jsi18n", opens=AT_DESK, acts=NOBODY),
    Row("admin:view_on_site", "zero zero", opens=AT_DESK, then=404, acts=NOBODY),
    Row("admin:app_list", "app", opens=READ_ALL | OWN, cases=((AT_DESK, 404),), acts=NOBODY),
    Row("/admin/(?P<url>.*)$", "nothing", opens=AT_DESK, then=404, acts=NOBODY),
    page("desk_blueprint", "", PROCESS),
    page("desk_person", "", DIRECTORY),
    page("desk_status", "", READ_ALL, acts=NOBODY),
    page("desk_preview", "kind version", READ_ALL, acts=TEXT),
    # Consultations
    page("consultations_plan", "consultation", READ_ALL | PROCESS, acts=NOBODY),
    page("consultations_publish", "consultation", READ_ALL | PROCESS, acts=PROCESS),
    page("consultations_publish_letter", "consultation", READ_ALL | PROCESS, acts=NOBODY),
    page("consultations_report_preview", "draft_report", READ_ALL | PROCESS, acts=NOBODY),
    page("consultations_letter", "", VOICES),
    page("consultations_scan", "voice_with_scan", READ_ALL | VOICES, acts=NOBODY),
    page("consultations_returned", "voice_import", READ_ALL | VOICES, acts=NOBODY),
    Row("admin:consultations_voice_cut", "voice", VOICES, cases=((READ_ALL, "admin:consultations_voice_change"),)),
    page("consultations_assign", "", VOICES),
    page("consultations_similar", "over_pk", READ_ALL | VOICES, acts=NOBODY),
    page("consultations_together", "voice", READ_ALL | VOICES, acts=VOICES),
    page("consultations_change_new", "part", READ_ALL | TEXT, acts=TEXT),
    page("consultations_text_changes", "version", READ_ALL | TEXT, acts=TEXT),
    page("consultations_change_merge", "version waiting_change", READ_ALL | TEXT, acts=TEXT),
    # Meetings
    page("meetings_meeting_cancel", "meeting_pk", MEETINGS),
    page("meetings_meeting_lists", "meeting_pk", MEETINGS, acts=NOBODY),
    page("meetings_group_cancel", "own_group", MEETINGS),
    page("meetings_group_conclusions", "own_group", READ_ALL | MEETINGS | VOICES, acts=VOICES),
    # The text
    page("programs_text", "version", READ_ALL | TEXT, acts=TEXT),
    page("programs_unit_new", "version", TEXT),
    *(page(f"programs_unit_{act}", "version unit", TEXT) for act in ("edit", "split", "move", "remove")),
    page("programs_unit_merge", "version unit", TEXT, then="admin:programs_text"),  # nothing follows it
    page("programs_freeze", "version", TEXT),
    page("programs_freeze", "frozen", TEXT, then="admin:programs_text"),
    *(page(f"programs_{name}", "version", READ_ALL | TEXT, acts=NOBODY) for name in ("changes", "checklist")),
    page("programs_files", "version", READ_ALL | TEXT, acts=TEXT),
    page("programs_file", "frozen printed", READ_ALL | TEXT, acts=NOBODY),
    # People and letters
    page("accounts_contacts_returned", "contact_import", READ_ALL | DIRECTORY, acts=NOBODY),
    page("accounts_duplicates", "", READ_ALL | DIRECTORY, acts=NOBODY),
    page("accounts_merge", "organization other_organization", DIRECTORY),
    page("accounts_letter_html", "letter", LETTERS, acts=NOBODY),
    page("accounts_lettertext_changelist", "", LETTERS, acts=NOBODY),
    page("accounts_lettertext_edit", "letter_text pl", LETTERS, acts=PROCESS),
    page("accounts_lettertext_html", "letter_text pl", LETTERS, acts=NOBODY),
    page("accounts_lettertext_typed", "letter_text pl uuid", LETTERS, acts=NOBODY),
    page("accounts_lettertext_reset", "letter_text pl", PROCESS),
)

ROWS = (*PUBLIC, *GROUPS, *ACCOUNT, *MODELS, *DESK)
