"""Single papers that are printed from one record, by the type engine of the reports."""
