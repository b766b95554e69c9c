"""The groups of the chart, in the order in which they are shown."""

from __future__ import annotations

from diagnosis.records.codes.model import Family

FAMILIES = (
    Family("vital-signs", {"en": "Vital signs", "zh-Hans": "生命体征"}),
    Family("body", {"en": "Body measures", "zh-Hans": "身体测量"}),
    Family("cardiology", {"en": "Heart", "zh-Hans": "心脏检查"}),
    Family("glucose", {"en": "Glucose and diabetes", "zh-Hans": "血糖与糖尿病"}),
    Family("lipids", {"en": "Lipids", "zh-Hans": "血脂"}),
    Family("liver", {"en": "Liver", "zh-Hans": "肝脏"}),
    Family("kidney", {"en": "Kidney and electrolytes", "zh-Hans": "肾功能与电解质"}),
    Family("haematology", {"en": "Haematology", "zh-Hans": "血液学"}),
    Family("light-chains", {"en": "Free light chains", "zh-Hans": "游离轻链"}),
    Family("inflammation", {"en": "Inflammation and hormones", "zh-Hans": "炎症与激素"}),
    Family("thyroid", {"en": "Thyroid", "zh-Hans": "甲状腺"}),
    Family("breast-imaging", {"en": "Breast imaging", "zh-Hans": "乳腺影像"}),
    Family("breast-pathology", {"en": "Breast pathology", "zh-Hans": "乳腺病理"}),
    Family("history", {"en": "History", "zh-Hans": "病史"}),
)
OTHER = Family("other", {"en": "Other results", "zh-Hans": "其他结果"})
