"""Every page of the portal, under the namespace ``portal``; a urls.py a room."""

from diagnosis.portal.audit import urls as audit
from diagnosis.portal.chart import urls as chart
from diagnosis.portal.cohort import urls as cohort
from diagnosis.portal.frame import urls as frame
from diagnosis.portal.imports import urls as imports
from diagnosis.portal.office import urls as office
from diagnosis.portal.result import urls as result
from diagnosis.portal.run import urls as run
from diagnosis.portal.service import urls as service
from diagnosis.portal.trend import urls as trend
from diagnosis.portal.try_out import urls as try_out
from diagnosis.portal.version import urls as version
from diagnosis.portal.worklist import urls as worklist

app_name = "portal"
urlpatterns = [
    *frame.urlpatterns,
    *worklist.urlpatterns,
    *chart.urlpatterns,
    *run.urlpatterns,
    *result.urlpatterns,
    *try_out.urlpatterns,
    *trend.urlpatterns,
    *cohort.urlpatterns,
    *service.urlpatterns,
    *version.urlpatterns,
    *audit.urlpatterns,
    *imports.urlpatterns,
    *office.urlpatterns,
]
