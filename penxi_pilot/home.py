"""工作台: the home page lives in the wiring, because only the wiring sees every room."""

from django.shortcuts import render

from accounts.todos import todos_for


def home(request):
    return render(request, "home.html", {"todos": todos_for(request.user)})
