from pathlib import Path
import pytest
from tests.portal.results import *
VALUES={"breast-mass":{**MASS,"density":None},
"coronary-disease":{"age":61,"sex":"male","chest_pain":"typical-angina","exercise_angina":"yes","systolic_bp":142,"cholesterol":241,"fasting_glucose_high":"no","resting_ecg":"normal","max_heart_rate":138,"st_depression":1.4,"st_slope":"flat"},
"diabetes-onset":{"glucose_2h":151,"bmi":33.1,"age":44,"pregnancies":3,"diastolic_bp":78},
"pbc-prognosis":{"age":58,"bilirubin":3.4,"albumin":3.2,"prothrombin_time":11.2,"oedema":"none"}}
@pytest.mark.parametrize("slug", list(VALUES))
@pytest.mark.parametrize("lang", ["en","zh-hans"])
def test_smoke(ward, slug, lang):
    ward.doctor.language=lang; ward.doctor.save()
    version = version_of(ward.house, slug, published_by=ward.doctor)
    p = finished(version, ward.doctor, ward.patient, VALUES[slug])
    tag=f"{slug}_{lang}"
    urls={"p":f"/predictions/{p.pk}/","service":f"/services/{slug}/","version":f"/versions/{version.pk}/","sheet":f"/predictions/{p.pk}/sheet/"}
    for name,url in urls.items():
        r = ward.as_doctor.get(url)
        Path(f"/tmp/out/{name}_{tag}.html").write_bytes(r.content)
        assert r.status_code == 200, (url, r.content[:300])
