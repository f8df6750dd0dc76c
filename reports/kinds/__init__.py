"""The register of report kinds: one file here, one template, one line."""

KINDS: dict = {}
