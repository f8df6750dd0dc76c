"""Chinese text as people search it: full pinyin and initials (下河街社区 → xiahejieshequ xhjsq)."""

from pypinyin import Style, lazy_pinyin


def search_key(text: str) -> str:
    """Full pinyin and initials of `text`, space between, lower case, at most 300 characters."""
    full = "".join(lazy_pinyin(text))
    initials = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return f"{full} {initials}".lower()[:300]
