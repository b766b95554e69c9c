"""Every page of the portal, under the namespace ``portal``."""

from diagnosis.portal.views import a_urls, b_urls

app_name = "portal"
urlpatterns = [*a_urls.routes, *b_urls.routes]
