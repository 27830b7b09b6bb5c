"""The chat's addresses, below /chat/."""

from django.urls import path

from chat import message_views, views

urlpatterns = [
    path("", views.new, name="chat-new"),
    path("history/", views.history, name="chat-history"),
    path("models/", views.model_picker, name="model-picker"),
    path("messages/<uuid:pk>/", message_views.show, name="message-show"),
    path("messages/<uuid:pk>/stop/", message_views.stop, name="message-stop"),
    path("messages/<uuid:pk>/regenerate/", message_views.ask_again, name="message-regenerate"),
    path("messages/<uuid:pk>/edit/", message_views.edit, name="message-edit"),
    path("messages/<uuid:pk>/feedback/", message_views.feedback, name="message-feedback"),
    path("messages/<uuid:pk>/version/", message_views.version, name="message-version"),
    path("<uuid:pk>/", views.show, name="chat-show"),
    path("<uuid:pk>/messages/", views.send, name="chat-send"),
    path("<uuid:pk>/rename/", views.rename, name="chat-rename"),
    path("<uuid:pk>/delete/", views.delete, name="chat-delete"),
    path("<uuid:pk>/settings/", views.settings, name="chat-settings"),
]
