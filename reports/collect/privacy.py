"""What a printed table says of a payee: units by name, natural persons as 张* (domain 5 (e): 公示 shows no personal data)."""

import re

from funds.models import Contract, Payment

_PERSON = re.compile(r"[\u3400-\u9fff]{2,4}(?:·[\u3400-\u9fff]{1,8})?")
_UNIT = re.compile(r"[店厂场社会队站院校馆所局部行司园]$|中心|公司|商行|经营|超市")


def shown_payee(payment: Payment) -> str:
    """The payee as it may be printed: a contract with an individual, or a name of two to four characters that is no unit's, is masked."""
    individual = payment.contract_id is not None and payment.contract.party == Contract.Party.INDIVIDUAL
    return masked(payment.payee, individual=individual)


def masked(name: str, *, individual: bool = False) -> str:
    """张三丰 → 张*; 示例文具店 and other units stay."""
    plain = name.strip()
    person = bool(_PERSON.fullmatch(plain)) and not _UNIT.search(plain)
    if person or (individual and not _UNIT.search(plain)):
        return f"{plain[:1]}*"
    return plain
