"""The register of report kinds. To add one: a file here that defines KIND, and its line below."""

from reports.kinds import midterm, summary
from reports.outline import Kind

KINDS: dict[str, Kind] = {kind.code: kind for kind in (midterm.KIND, summary.KIND)}
