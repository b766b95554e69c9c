import pytest
from tests.portal.results import *
def test_smoke(ward):
    version = version_of(ward.house, published_by=ward.doctor)
    p = finished(version, ward.doctor, ward.patient)
    for url in ("", "print/", "sheet/"):
        r = ward.as_doctor.get(f"/predictions/{p.pk}/{url}")
        __import__("pathlib").Path(f"/tmp/out_{url.strip(chr(47)) or chr(112)}.html").write_bytes(r.content)
        assert r.status_code == 200, (url, r.content[:300])
    for url in ("/services/", "/services/breast-mass/", f"/versions/{version.pk}/"):
        r = ward.as_doctor.get(url)
        __import__("pathlib").Path("/tmp/out_%s.html"%url.strip("/").replace("/","_").split("-")[0]).write_bytes(r.content)
        assert r.status_code == 200
    from accounts.models import Role
    r = ward.client_for(ward.person("reviewer")).get("/reviews/")
    assert r.status_code == 200
