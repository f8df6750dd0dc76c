"""The typesetting engine of the PDF reports: fonts, line composer, page planner, tables, charts and the PDF itself."""
