"""Indicators: the board by risk, one with its course, and what a backtest said."""

from django.http import HttpResponse
from django.shortcuts import render

from seawall.acts.alert_cases import segment_of_words
from seawall.acts.signing import now
from seawall.console import place
from seawall.console.asking import Request
from seawall.office import backtesting, indicator_board, indicators


def board(request: Request) -> HttpResponse:
    """Where every indicator stands."""
    seen = indicator_board.board(place.watchman(), now())
    return render(request, "console/indicators/board.html", {"board": seen})


def one(request: Request, name: str) -> HttpResponse:
    """An indicator: its course in a segment, what it means, and what its alerts became."""
    asked = request.GET.get("where")
    segment = None if asked is None else segment_of_words(asked)
    sheet = indicators.sheet(place.watchman(), name, segment)
    return render(request, "console/indicators/one.html", {"sheet": sheet})


def backtest(request: Request) -> HttpResponse:
    """What the indicators' alerts were worth, by the backtest that was made last."""
    kept = backtesting.kept(place.home())
    return render(request, "console/indicators/backtest.html", {"kept": kept})
