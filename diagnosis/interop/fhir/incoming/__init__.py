"""FHIR R4 into charts: a bundle, or lines of resources, as patients with their facts."""

from diagnosis.interop.fhir.incoming.reading import read

__all__ = ["read"]
