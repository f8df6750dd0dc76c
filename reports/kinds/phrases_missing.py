"""What a section says whose register holds nothing yet."""

from reports.narrative import suggested


def register_missing(what: str):
    """A section whose register is not kept here yet says so, in a sentence the office replaces from its own ledger."""

    def suggest(data: dict, pilot: str) -> list[dict]:
        return suggested(f"本系统尚未登记{what}数据，此节由领导小组办公室按台账补充。")

    return suggest
