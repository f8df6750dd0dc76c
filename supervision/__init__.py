"""Monthly supervision, findings, rectification."""
