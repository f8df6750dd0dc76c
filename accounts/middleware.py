"""Session limits and headers of private pages."""

from django.utils import cache


class SessionLimits:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)


class PrivatePages:
    """Pages behind the login are never kept by a cache."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            cache.add_never_cache_headers(response)
        return response
