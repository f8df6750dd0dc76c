"""Template tags of the door: the one-time token of a form."""

from django import template

from accounts import once

register = template.Library()


@register.simple_tag(takes_context=True)
def once_token(context) -> str:
    """The token sent with a refused form, else a new one."""
    request = context.get("request")
    return (request.POST.get(once.FIELD, "") if request is not None else "")[:36] or once.new_token()
