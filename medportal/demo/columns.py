"""Columns of the tables beside the inputs they fill: for making models and for loading charts."""

THYROID_TESTS = {"TSH": "tsh", "T3": "t3", "TT4": "t4", "T4U": "t4_uptake"}
THYROID_FLAGS = {
    "on_thyroxine": "on_thyroxine",
    "on_antithyroid_meds": "on_antithyroid_drug",
    "thyroid_surgery": "thyroid_surgery",
    "I131_treatment": "radioiodine",
    "lithium": "lithium",
    "goitre": "goitre",
    "tumor": "tumour",
}
