"""Pages that offer what other systems understand."""

from django.urls import path

from diagnosis.interop import export_page

app_name = "interop"
urlpatterns = [path("patients/<uuid:patient>/export/", export_page.export, name="export")]
