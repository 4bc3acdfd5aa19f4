from django.urls import path

from meetings import views

app_name = "meetings"
urlpatterns = [
    path("<slug:slug>/", views.meeting_detail, name="detail"),
    path("<slug:slug>/zapisy/", views.sign_up_page, name="sign_up"),
    path("<slug:slug>/zapisy/gotowe/", views.sign_up_done, name="sign_up_done"),
    path("<slug:slug>/kalendarz.ics", views.meeting_calendar, name="calendar"),
    path("<slug:slug>/plakat.pdf", views.poster, name="poster"),
    path("<slug:slug>/tematy/nowy/", views.topic_new, name="topic_new"),
    path("<slug:slug>/tematy/gotowe/", views.topic_done, name="topic_done"),
]
