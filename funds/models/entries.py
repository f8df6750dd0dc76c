"""What every row of the ledgers has in common: an amount with a sign, the day it was entered, and what it reverses."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import clock
from accounts.constraints import Check
from accounts.models import sample_mode
from pilots.money import MoneyField


class Booked(models.Model):
    """Entered on a business day by a person. A figure as of a day counts what was entered up to it, so a later entry never changes it."""

    on = models.DateField("登记日期", default=clock.today, editable=False, db_index=True)
    at = models.DateTimeField("登记时间", default=clock.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="登记人")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)

    class Meta:
        abstract = True


class Entry(Booked):
    """A row of money: `amount` is above zero, `sign` says which way. Only ever added; the database refuses changes (funds/locks.py).

    A mistake is answered by a second row with the same amount and the other sign that names the first (`reverses`): the pair sums to zero
    and both stay visible."""

    amount = MoneyField("金额")
    sign = models.SmallIntegerField("方向", default=1, choices=[(1, "增加"), (-1, "减少")], editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="reversal", verbose_name="冲正的记录"
    )
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            Check(condition=Q(amount__gt=0), name="%(app_label)s_%(class)s_positive", violation_error_message="金额须大于零"),
            Check(condition=Q(sign__in=(1, -1)), name="%(app_label)s_%(class)s_sign", violation_error_message="方向只有增加和减少"),
            Check(
                condition=Q(sign=1) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason",
                violation_error_message="冲正、减少须写明原因",
            ),
        ]

    @property
    def signed_amount(self) -> Decimal:
        """The amount in 元 with its sign."""
        return self.amount * self.sign

    @property
    def is_reversal(self) -> bool:
        return self.reverses_id is not None
