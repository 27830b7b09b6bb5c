"""The evaluation's addresses, below /arena/evaluation/."""

from django.urls import path

from arena.evaluation import answer_views, run_views, views

urlpatterns = [
    path("", views.index, name="evaluation"),
    path("sets/new/", views.new_set, name="evaluation-set-new"),
    path("sets/own/", views.import_own_set, name="evaluation-set-own"),
    path("sets/<int:pk>/", views.show_set, name="evaluation-set"),
    path("sets/<int:pk>/questions.<str:format>", views.export_set, name="evaluation-set-export"),
    path("sets/<int:pk>/import/", views.import_file, name="evaluation-set-import"),
    path("sets/<int:pk>/delete/", views.remove_set, name="evaluation-set-delete"),
    path("sets/<int:pk>/guard/", views.guard, name="evaluation-guard"),
    path("sets/<int:pk>/new/", views.new_question, name="evaluation-question-new"),
    path("questions/<int:pk>/", views.question, name="evaluation-question"),
    path("add/<uuid:pk>/", views.add_message, name="evaluation-add"),
    path("runs/new/", run_views.new, name="evaluation-run-new"),
    path("runs/estimate/", run_views.estimated, name="evaluation-estimate"),
    path("runs/<int:pk>/", run_views.show, name="evaluation-run"),
    path("runs/<int:pk>/state/", run_views.state, name="evaluation-state"),
    path("runs/<int:pk>/do/", run_views.act, name="evaluation-run-act"),
    path("runs/<int:pk>/run.zip", run_views.download, name="evaluation-download"),
    path("runs/<int:pk>/answers/", answer_views.answers, name="evaluation-answers"),
    path("runs/<int:pk>/grade/", answer_views.grade, name="evaluation-grade"),
    path("runs/<int:pk>/compare/", answer_views.compare, name="evaluation-compare"),
]
