"""Password rules (S07; 等保 7.1.4.1 a): each refusal says its reason. Length counts characters, Chinese ones too; nothing is cut or changed.

等保二级 asks for kinds of characters and renewal, OWASP ASVS advises against both: settings, on by default; a long passphrase needs no kinds.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from pypinyin import lazy_pinyin

from accounts.models import Unit, UnitKind

SHORTEST, LONGEST, PASSPHRASE = 12, 128, 16

# The county, its neighbours in the name of the programme, and what the portal is called.
PLACES = ("蓬溪", "pengxi", "penxi", "遂宁", "suining", "四川", "sichuan")
# Words a bad password is built around; digits and signs around them do not help.
WEAK_WORDS = frozenset(
    "admin administrator root test guest user login master welcome password passwd passw mima woaini iloveyou letmein changeme qwerty asdf zxcv "
    "qwertyuiop asdfghjkl zxcvbnm abc abcd abcdef aaa qaz wsx qazwsx dragon monkey china zhongguo beijing shequ zhili gongzuo shidian minzheng "
    "密码 我爱你 管理员 测试 社区 试点 民政 中国".split()
)
ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "!@#$%^&*()")
LEET = str.maketrans("0134578@$!", "oieastbasi")


def folded(text: str) -> str:
    """`text` for comparing: full width as half width, lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


class Length:
    """12 to 128 characters."""

    def validate(self, password: str, user=None) -> None:
        if len(password) < SHORTEST:
            raise ValidationError(f"密码太短：至少 {SHORTEST} 个字符，现在是 {len(password)} 个", code="short")
        if len(password) > LONGEST:
            raise ValidationError(f"密码太长：最多 {LONGEST} 个字符，现在是 {len(password)} 个", code="long")
        if any(unicodedata.category(char) == "Cc" for char in password):
            raise ValidationError("密码中有看不见的控制字符，请重新输入", code="control")

    def get_help_text(self) -> str:
        return f"{SHORTEST} 到 {LONGEST} 个字符，可以用汉字和空格，可以粘贴"


class CharacterKinds:
    """Three of: upper case, lower case, digits, anything else; not asked of 16 characters and more."""

    def validate(self, password: str, user=None) -> None:
        needed = settings.PASSWORD_CHARACTER_KINDS
        kinds = {
            "upper" if c.isascii() and c.isupper() else "lower" if c.isascii() and c.islower() else "digit" if c.isdigit() else "other"
            for c in password
        }
        if len(password) < PASSPHRASE and len(kinds) < needed:
            raise ValidationError(
                f"字符种类太少：大写字母、小写字母、数字、其他字符中至少用 {needed} 种，或者写够 {PASSPHRASE} 个字符", code="kinds"
            )

    def get_help_text(self) -> str:
        return f"大写字母、小写字母、数字、其他字符中至少 {settings.PASSWORD_CHARACTER_KINDS} 种；{PASSPHRASE} 个字符以上不限"


class NotCommon(CommonPasswordValidator):
    """Not among Django's 20,000 most used passwords, nor one of them, a weak word or a run of keys with decoration around it."""

    def validate(self, password: str, user=None) -> None:
        plain = folded(password).strip()
        if len(set(plain)) < 5:
            raise ValidationError("密码太简单：不同的字符太少", code="common")
        if re.fullmatch(r"(.{1,6}?)\1+", plain, re.DOTALL):
            raise ValidationError("密码太简单：是同一小段的重复", code="common")
        if self._is_common(plain) or self._is_common(plain.translate(LEET)):
            raise ValidationError("密码太常见，容易被猜中", code="common")
        if len(_without_runs(plain)) < 5:
            raise ValidationError("密码太简单：主要是键盘上或字母表、数字中连着的字符", code="common")

    def _is_common(self, plain: str) -> bool:
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
        letters = re.sub(r"[\W\d_]+", "", plain)
        return plain in self.passwords or any(
            word in WEAK_WORDS or word in self.passwords for word in (core, letters) if 0 < len(word) < 12
        )

    def get_help_text(self) -> str:
        return "不用常见密码、连续字符和重复字符"


class NotLocalName:
    """None of the county's, towns' and communities' names, in characters or pinyin."""

    def validate(self, password: str, user=None) -> None:
        plain = folded(password)
        squeezed = re.sub(r"[\W_]+", "", plain)
        for name in local_names():
            if name in plain or name in squeezed:
                raise ValidationError(f"密码中不能有本地地名或其拼音（{name}）", code="local")

    def get_help_text(self) -> str:
        return "不含蓬溪及街道、镇、社区的名称和拼音"


class NotLikeAccount:
    """Not the account, the person's name or their unit, nor close to them."""

    def validate(self, password: str, user=None) -> None:
        if user is None:
            return
        plain = folded(password)
        letters = re.sub(r"[\W\d_]+", "", plain)
        for own, what in ((user.username, "账号"), (user.name, "姓名"), ("".join(lazy_pinyin(user.name)), "姓名")):
            word = folded(own)
            if len(word) < 2 or (len(word) < 3 and word.isascii()):
                continue
            near = SequenceMatcher(None, word, letters).ratio() >= 0.8 if letters else False
            if word in plain or word[::-1] in plain or near:
                raise ValidationError(f"密码不能包含{what}，也不能与{what}相近", code="account")

    def get_help_text(self) -> str:
        return "不含账号和姓名"


def local_names() -> frozenset[str]:
    """Names of streets, towns and communities without their kind (广福, guangfu), with those of the county."""
    kinds = (UnitKind.SUBDISTRICT, UnitKind.TOWN, UnitKind.COMMUNITY)
    return _with_pinyin(tuple(Unit.objects.filter(kind__in=kinds).values_list("short_name", flat=True)))


@lru_cache(maxsize=4)
def _with_pinyin(names: tuple[str, ...]) -> frozenset[str]:
    found = set(PLACES)
    for name in names:
        stem = re.sub(r"(社区|街道办事处|街道|镇|乡|村)$", "", name)
        if len(stem) >= 2:
            found |= {stem, "".join(lazy_pinyin(stem))}
    return frozenset(found)


def _without_runs(plain: str) -> str:
    """`plain` without pieces of four and more that stand side by side on a keyboard row, in the alphabet, in digits, or are one character."""
    kept, index = [], 0
    while index < len(plain):
        length = next((n for n in range(len(plain) - index, 3, -1) if _is_run(plain[index : index + n])), 0) or 0
        if not length:
            kept.append(plain[index])
        index += length or 1
    return "".join(kept)


def _is_run(piece: str) -> bool:
    return len(set(piece)) == 1 or any(piece in row or piece in row[::-1] for row in ROWS)
