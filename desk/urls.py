from django.conf import settings
from django.urls import path

from desk import demonstration, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("konsultacje/<slug:slug>/kto-wzial-udzial/", views.participants, name="took_part"),
    path("moje/", views.mine, name="mine"),
    path("moje/usun/", views.erase_me, name="erase_me"),
    path("dostepnosc/", views.accessibility, name="accessibility"),
    path("prywatnosc/", views.privacy, name="privacy"),
]
if settings.DEMO:
    urlpatterns += [
        path("demonstracja/", demonstration.demonstration, name="demonstration"),
        path("demonstracja/listy/<str:key>/", demonstration.demonstration_letter, name="demonstration_letter"),
    ]
