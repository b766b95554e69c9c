"""Login and account. allauth asks for its names without a namespace; only these pages exist."""

from __future__ import annotations

from allauth.account.views import account_inactive
from django.urls import include, path

from accounts import views

account = (
    [
        path("", views.account, name="account"),
        path("tokens/", views.issue_token, name="token-issue"),
        path("tokens/<uuid:token>/revoke/", views.revoke_token, name="token-revoke"),
        path("sessions/end/", views.end_sessions, name="sessions-end"),
    ],
    "accounts",
)

urlpatterns = [
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/again/", views.login_again, name="account_again"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
    path("accounts/password/", views.change_password, name="account_change_password"),
    path("account/", include(account)),
    path("language/", views.set_language, name="set_language"),
]
