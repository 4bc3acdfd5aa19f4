from django.urls import path

from meetings.views import groups, pages, signing_up

GROUP = "<slug:slug>/grupy/<int:pk>/"

app_name = "meetings"
urlpatterns = [
    path("<slug:slug>/", pages.meeting_detail, name="detail"),
    path("<slug:slug>/zapisy/", signing_up.sign_up_page, name="sign_up"),
    path("<slug:slug>/zapisy/gotowe/", signing_up.sign_up_done, name="sign_up_done"),
    path("<slug:slug>/kalendarz.ics", pages.meeting_calendar, name="calendar"),
    path("<slug:slug>/plakat.pdf", pages.poster, name="poster"),
    path("<slug:slug>/plakat-a3.pdf", pages.poster, {"size": "a3"}, name="poster_a3"),
    path("<slug:slug>/tematy/nowy/", signing_up.topic_new, name="topic_new"),
    path("<slug:slug>/tematy/gotowe/", signing_up.topic_done, name="topic_done"),
    path(GROUP, groups.group_page, name="group"),
    path(GROUP + "obecnosc/", groups.group_attendance, name="group_attendance"),
    path(GROUP + "goscie/", groups.group_walk_ins, name="group_walk_ins"),
    path(GROUP + "notatki/", groups.group_note, name="group_note"),
    path(GROUP + "notatki/historia/", groups.group_note_history, name="group_note_history"),
    path(GROUP + "wnioski/", groups.group_conclusions, name="group_conclusions"),
    path(GROUP + "wnioski/<int:which>/", groups.group_conclusion, name="group_conclusion"),
    path(GROUP + "lista.pdf", groups.group_list_pdf, name="group_list"),
    path(GROUP + "arkusz.pdf", groups.group_sheet_pdf, name="group_sheet"),
]
