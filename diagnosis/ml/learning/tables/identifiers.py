"""Names of columns that tell one patient, or one row, from another."""

from __future__ import annotations

import re

_STRONG = re.compile(
    r"((^|[_.\s-])(id|ids|uuid|guid|mrn|ssn|identifier|pid|eid|patid|patientid|subjid|subjectid|"
    r"usubjid|caseid|studyid|recordid|personid|hadmid|hadm|nhs)"
    r"|(^|[_.\s-])(patient|pat|subject|subj|case|record|person|study|sample|participant|hospital|nhs|"
    r"admission|encounter|medical|insurance|passport)[_.\s-]?(no|nr|num|number|code|key|id))$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"[a-z0-9](ID|Id|Uuid|UUID|MRN)$")
_CHINESE = re.compile(
    r"病历号|病案号|住院号|门诊号|就诊号|患者编号|病人编号|患者ID|身份证|姓名|序号|编号$|卡号"
)
_WHO = re.compile(
    r"patients?|subjects?|participant|person|cases?|((first|last|family|given|full|patient|sur)"
    r"[_.\s-]?)?names?|患者|病人|受试者",
    re.IGNORECASE,
)
_ROW = re.compile(r"rows?|row[_.\s-]?(names?|no|number)|index|nr|no|number|#|x", re.IGNORECASE)


def looks_like_identifier(name: str) -> bool:
    """Whether a column's name says that it tells one patient, or one row, from another."""
    return is_surely_identifier(name) or tells_who(name) or bool(_ROW.fullmatch(name.strip()))


def is_surely_identifier(name: str) -> bool:
    """Whether it can mean nothing else: PatientID, pid, MRN; «case» or «number» can."""
    text = name.strip()
    return bool(_STRONG.search(text) or _CAMEL.search(text) or _CHINESE.search(text))


def tells_who(name: str) -> bool:
    """Whether it names whose row it is: patient, subject, name."""
    return bool(_WHO.fullmatch(name.strip()))
