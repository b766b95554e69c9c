"""Charts as geometry: pure functions from numbers to what an SVG template draws.

Nothing here knows Django or a patient. Lengths along the axis are in per cent of its width, so
that a chart follows the page without shrinking its letters.
"""
