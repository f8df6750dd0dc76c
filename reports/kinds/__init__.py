"""The register of report kinds. To add one: a file here that defines KIND, and its name below."""

from reports.kinds import bulletin, disclosure, midterm, summary
from reports.outline import Kind

KINDS: dict[str, Kind] = {kind.code: kind for kind in (midterm.KIND, summary.KIND, bulletin.KIND, disclosure.KIND)}
