from django.urls import path

from programs import views

app_name = "programs"
urlpatterns = [
    path("", views.program_list, name="list"),
    path("<slug:slug>/", views.program_detail, name="detail"),
    path("<slug:slug>/wersje/<int:number>/", views.version_detail, name="version"),
    path("<slug:slug>/wersje/<int:number>.pdf", views.version_pdf, name="version_pdf"),
]
