from django.conf import settings
from django.urls import path

from desk import demonstration, views
from desk.handbook import views as handbook

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("konsultacje/<slug:slug>/kto-wzial-udzial/", views.participants, name="took_part"),
    path("moje/", views.mine, name="mine"),
    path("moje/dane/", views.my_data, name="my_data"),
    path("moje/usun/", views.erase_me, name="erase_me"),
    path("dostepnosc/", views.accessibility, name="accessibility"),
    path("prywatnosc/", views.privacy, name="privacy"),
    path("pomoc/", handbook.handbook, name="handbook"),
    path("pomoc/obrazki/<str:picture>", handbook.handbook_picture, name="handbook_picture"),
    path("pomoc/<slug:chapter>/", handbook.handbook_chapter, name="handbook_chapter"),
]
if settings.DEMO:
    urlpatterns += [
        path("demonstracja/", demonstration.demonstration, name="demonstration"),
        path("demonstracja/listy/<str:key>/", demonstration.demonstration_letter, name="demonstration_letter"),
    ]
