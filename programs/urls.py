from django.urls import path

from programs.models import FileFormat
from programs.views import changes, files, pages

app_name = "programs"
urlpatterns = [
    path("", pages.program_list, name="list"),
    path("<slug:slug>/", pages.program_detail, name="detail"),
    path("<slug:slug>/wersje/<int:number>/", pages.version_detail, name="version"),
    path("<slug:slug>/zmiany/", changes.choose, name="choose_changes"),
    path("<slug:slug>/zmiany/<int:old>-<int:new>/", changes.changes, name="changes"),
    path("<slug:slug>/zalaczniki/<int:pk>/", files.attachment, name="attachment"),
    *(
        path(f"<slug:slug>/wersje/<int:number>.{made}", files.version_file, {"file_format": made}, name=f"version_{made}")
        for made in FileFormat
    ),
    *(
        path(f"<slug:slug>/zmiany/<int:old>-<int:new>.{made}", files.redline_file, {"file_format": made}, name=f"changes_{made}")
        for made in (FileFormat.PDF, FileFormat.DOCX)
    ),
]
