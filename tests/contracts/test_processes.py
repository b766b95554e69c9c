"""Nothing that answers a doctor imports a tensor library: seen in fresh processes."""

import subprocess
import sys

import pytest

from medportal.configuration.addresses import ROOT
from tests.servers import without_owner

TENSORS = ("tensorflow", "keras", "shap", "sklearn", "torch")
REPORT = f"import sys; print(sorted(set({TENSORS}) & set(sys.modules)))"
PROCESSES = {
    "web": "import medportal.wsgi; from django.urls import get_resolver; "
    "list(get_resolver().reverse_dict)",
    "worker": "from medportal.celery import app; import django; django.setup(); "
    "app.loader.import_default_modules()",
    "library": "import diagnosis.ml",
    "web, trying values": "import medportal.wsgi; from diagnosis.ml import Artifact; "
    "from diagnosis.inference.further import what_if; "
    "from diagnosis.ml.explain import shapley_values; "
    "a = Artifact.load('medportal/demo/data/artifacts/coronary-disease'); x = a.background[:1]; "
    "a.interval(x); a.novelty.unlike(x); shapley_values(a, x, a.background, budget=what_if.BUDGET)",
    "launcher": "import medportal.tools.launch.portal",
}


@pytest.mark.parametrize("role", PROCESSES)
def test_a_fresh_process_holds_no_tensor_library(role):
    done = subprocess.run(
        [sys.executable, "-c", f"{PROCESSES[role]}; {REPORT}"],
        cwd=ROOT,
        env=without_owner(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
