"""资金用途类别: the list a new database begins with. The county confirms and edits it; what was changed stays changed."""

from django.db import connections

from funds.models import UseCategory
from pilots.models import Project

PROPOSED = "建议，由县里核定"
DISCIPLINE = "财经纪律，由县里核定"
_KIND = Project.Kind

# code, name, kind, allowed (domain practice; no provincial list was found)
CATEGORIES = (
    ("venue_works", "阵地建设与亲民化改造", _KIND.WORKS, True),
    ("equipment", "设施设备购置", _KIND.GOODS, True),
    ("purchased_service", "购买社会组织服务", _KIND.SERVICE, True),
    ("incubation", "社会组织培育孵化", _KIND.SERVICE, True),
    ("training", "社工人才与培训", _KIND.SERVICE, True),
    ("activity", "活动开展", _KIND.ACTIVITY, True),
    ("volunteer", "志愿服务激励", _KIND.ACTIVITY, True),
    ("survey", "调研评估与第三方", _KIND.SERVICE, True),
    ("publicity", "宣传推广", _KIND.SERVICE, True),
    ("community_fund_seed", "社区基金启动配套", "", False),
    ("staff_pay", "人员工资福利津补贴", "", False),
    ("reception", "公务接待", "", False),
    ("vehicles", "公务用车", "", False),
    ("office_building", "楼堂馆所", "", False),
    ("debt", "偿还债务", "", False),
    ("investment", "对外投资", "", False),
    ("fines", "罚款、滞纳金", "", False),
    ("unrelated", "与试点无关的支出", "", False),
)


def ensure(using: str = "default") -> None:
    """Add the categories that are missing; nothing else is touched."""
    if UseCategory._meta.db_table not in connections[using].introspection.table_names():
        return
    known = set(UseCategory.objects.using(using).values_list("code", flat=True))
    for order, (code, name, kind, allowed) in enumerate(CATEGORIES, 1):
        if code not in known:
            UseCategory(
                code=code, name=name, kind=kind, allowed=allowed, order=order, basis=PROPOSED if allowed or not kind else DISCIPLINE
            ).save(using=using)
