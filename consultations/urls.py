from django.urls import path

from consultations.models import ReportFormat
from consultations.views import following, news, pages, report, saying, topics, voices

app_name = "consultations"
urlpatterns = [
    path("konsultacje/", pages.consultation_list, name="list"),
    path("konsultacje/<slug:slug>/", pages.consultation_detail, name="detail"),
    path("konsultacje/<slug:slug>/kalendarz.ics", pages.calendar, name="calendar"),
    path("kalendarz.ics", pages.calendar_of_all, name="calendar_all"),
    path("konsultacje/<slug:slug>/dokumenty/<int:pk>/<str:name>", pages.document, name="document"),
    path("konsultacje/<slug:slug>/kontakt/", news.contact, name="contact"),
    path("konsultacje/<slug:slug>/obserwuj/", following.follow, name="follow"),
    path("aktualnosci/", news.news_list, name="news"),
    path("aktualnosci/atom.xml", news.AtomFeed(), name="atom"),
    path("aktualnosci/<slug:slug>.pdf", news.announcement_pdf, name="announcement_pdf"),
    path("aktualnosci/<slug:slug>/", news.announcement, name="announcement"),
    path("konsultacje/<slug:slug>/propozycje/", voices.proposal_list, name="proposals"),
    path("konsultacje/<slug:slug>/propozycje/nowa/", saying.proposal_new, name="proposal_new"),
    path("konsultacje/<slug:slug>/propozycje/<int:number>/", voices.proposal_detail, name="proposal"),
    path("konsultacje/<slug:slug>/tematy/", topics.topic_list, name="topics"),
    path("konsultacje/<slug:slug>/tematy/<int:pk>/", topics.topic_detail, name="topic"),
    path("konsultacje/<slug:slug>/uwagi/", voices.remark_list, name="remarks"),
    path("konsultacje/<slug:slug>/uwagi/nowa/", saying.remark_new, name="remark_new"),
    path("konsultacje/<slug:slug>/uwagi/<int:number>/", voices.remark_detail, name="remark"),
    path("konsultacje/<slug:slug>/raport/", report.report, name="report"),
    *(
        path(f"konsultacje/<slug:slug>/{name}", report.report_file, {"file_format": file_format}, name=f"report_{file_format}")
        for file_format, name in (
            (ReportFormat.PDF, "raport.pdf"),
            (ReportFormat.DOCX, "raport.docx"),
            (ReportFormat.XLSX, "uwagi.xlsx"),
        )
    ),
    path("konsultacje/<slug:slug>/uwagi.csv", report.voices_csv, name="voices_csv"),
    path("konsultacje/<slug:slug>/uwagi.json", report.voices_json, name="voices_json"),
    path("konsultacje/<slug:slug>/przyjeto/<slug:token>/", saying.receipt, name="receipt"),
    path("konsultacje/<slug:slug>/szkic/<slug:token>/", saying.draft, name="draft"),
]
