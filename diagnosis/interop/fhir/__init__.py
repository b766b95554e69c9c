"""FHIR R4 (4.0.1): rows of the chart as resources."""
