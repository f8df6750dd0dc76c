"""Template tags of the frame: menu entries that appear when their page exists and the role may open it, and captured text.

A builtin like `penxi`, or `{% load frame %}`.
"""

from dataclasses import dataclass, field
from functools import cache

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, resolve, reverse
from django.utils.safestring import SafeString

from accounts.access import may

register = template.Library()


@dataclass
class Entry:
    """One link of the menu, and whether it leads to where we are."""

    url: str
    icon: str
    label: str
    current: bool = False
    exact: bool = False
    count: int = 0
    children: list["Entry"] = field(default_factory=list)


@cache
def _place(name: str, urlconf: str | None, prefix: str) -> tuple[str, tuple] | None:
    """The address of a name and the actions its page asks for; None where there is no such page. The same as long as the process runs."""
    try:
        url = reverse(name, urlconf)
    except NoReverseMatch:
        return None
    return url, getattr(resolve(url, urlconf).func, "required_actions", ())


def _entry(context, name: str, icon: str, label: str, count: int | None, rooms: str) -> Entry | None:
    """The entry, or None where the page does not exist or the person's role may not open it."""
    place = _place(name, get_urlconf(), get_script_prefix())
    if place is None:
        return None
    (url, actions), request = place, context.get("request")
    if actions and (request is None or not any(may(request.user, action) for action in actions)):
        return None
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    exact = here == name
    current = exact or any(here == room or here.startswith(f"{room}_") for room in rooms.split())
    return Entry(url, icon, label, current=current, exact=exact, count=count or 0)


@register.simple_tag(takes_context=True)
def menu_item(context, name: str, icon: str, label: str, count: int | None = None, rooms: str = "") -> SafeString | str:
    """`{% menu_item "task_list" "list-check" "任务清单" %}`: a link, or nothing where the page does not exist or is not allowed.

    `count` is the badge; `rooms` the first words of further url names for which it is the current entry (`rooms="task"`: task_detail …)."""
    entry = _entry(context, name, icon, label, count, rooms)
    if entry is None:
        return ""
    if context.get("menu_children") is not None:
        context["menu_children"].append(entry)
        return ""
    return render_to_string("parts/_menu_entry.html", {"entry": entry, "bottom": context.get("menu_bottom", False)})


class MenuGroup(template.Node):
    """A menu line with sub-items: opens on its first page; the sub-items show while one of its pages is the current one."""

    def __init__(self, label: FilterExpression, icon: FilterExpression, nodelist: NodeList) -> None:
        self.label, self.icon, self.nodelist = label, icon, nodelist

    def render(self, context) -> SafeString | str:
        with context.push(menu_children=[]):
            self.nodelist.render(context)
            children = context["menu_children"]
        if not children:
            return ""
        nearest = next((child for child in children if child.exact), next((child for child in children if child.current), None))
        for child in children:
            child.current = child is nearest  # one place at a time, also where two entries share a room
        open_here = nearest is not None
        group = Entry(children[0].url, self.icon.resolve(context), self.label.resolve(context), current=open_here, children=children)
        group.count = 0 if open_here else sum(child.count for child in children)  # closed, it says what its pages would
        if len(children) == 1:
            group.children, group.count = [], children[0].count
        return render_to_string("parts/_menu_entry.html", {"entry": group})


@register.tag
def menu_group(parser: Parser, token: Token) -> MenuGroup:
    """`{% menu_group "试点任务" "list-check" %}{% menu_item … %}{% endmenu_group %}`."""
    parts = token.split_contents()
    if len(parts) != 3:
        raise template.TemplateSyntaxError("menu_group takes a label and an icon")
    nodelist = parser.parse(("endmenu_group",))
    parser.delete_first_token()
    return MenuGroup(parser.compile_filter(parts[1]), parser.compile_filter(parts[2]), nodelist)


@register.simple_block_tag
def capture(content: str) -> str:
    """`{% capture as title %}…{% endcapture %}`: rendered (and so already escaped) text kept for use in several places."""
    return content
