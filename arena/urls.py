"""The arena's addresses, below /arena/."""

from django.urls import include, path

from arena import leaderboard_views, views

urlpatterns = [
    path("", views.index, name="arena"),
    path("battle/", views.battle, name="arena-battle"),
    path("side-by-side/", views.side_by_side, name="arena-side-by-side"),
    path("battle/<uuid:pk>/", views.show, name="arena-battle-show"),
    path("battle/<uuid:pk>/turn/<uuid:turn_pk>/", views.turn, name="arena-turn"),
    path("battle/<uuid:pk>/say/", views.say_to_all, name="arena-say"),
    path("battle/<uuid:pk>/again/", views.again, name="arena-again"),
    path("battle/<uuid:pk>/stop/", views.stop, name="arena-stop"),
    path("battle/<uuid:pk>/vote/", views.vote, name="arena-vote"),
    path("battle/<uuid:pk>/continue/", views.go_on, name="arena-continue"),
    path("leaderboard/", leaderboard_views.leaderboard, name="arena-leaderboard"),
    path("leaderboard.json", leaderboard_views.leaderboard_json, name="arena-leaderboard-json"),
    path("leaderboard.csv", leaderboard_views.leaderboard_csv, name="arena-leaderboard-csv"),
    path("evaluation/", include("arena.evaluation.urls")),
]
