"""OpenFeature's Python client with its OFREP provider, unchanged but for base URL and key."""

import json
import os
import time
import urllib.request

from checks import READ_KEY, ROOT, run, studio
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

INGEST_KEY = os.environ.get("ATELIER_INGEST_KEY", "")


def client(key):
    api.set_provider(OFREPProvider(ROOT, headers_factory=lambda: {"Authorization": f"Bearer {key}"}), domain=key)
    return api.get_client(key)


def resolve(key, unit, flag="greeting"):
    return client(key).get_object_details(flag, {}, EvaluationContext(targeting_key=unit, attributes={"locale": "sv"}))


def rest(key, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{ROOT}/api/v1{path}", data, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


@studio
def variants():
    """a flag is a variant of the experiment, always the same, and the one that REST assigns"""
    seen = set()
    for number in range(40):
        unit = f"user-{number}"
        found = resolve(INGEST_KEY, unit)
        assert found.error_code is None, found
        assert found.reason == Reason.SPLIT and found.variant == resolve(INGEST_KEY, unit).variant, found
        assigned = rest(INGEST_KEY, "POST", "/experiments/greeting/assign", {"unit": unit})
        value = {"prompt": assigned["prompt"]["name"], "version": assigned["prompt"]["version"]}
        assert (found.variant, found.value) == (assigned["variant"], value), (found, assigned)
        seen.add(found.variant)
    assert seen == {"control", "b"}, seen


@studio
def exposures():
    """who asked for the flag is counted, once"""
    resolve(READ_KEY, "counted")
    resolve(READ_KEY, "counted")
    until = time.monotonic() + 20
    while (units := rest(READ_KEY, "GET", "/experiments/greeting/results")["units"]) < 41 and time.monotonic() < until:
        time.sleep(0.1)
    assert units == 41, units


@studio
def disabled():
    """an experiment that does not run gives what is published"""
    found = resolve(INGEST_KEY, "mara", "stopped")
    assert found.reason == Reason.DISABLED and found.value["prompt"] == "support/reply", found


@studio
def faults():
    """what is wrong is said in OpenFeature's words, and the default stands in"""
    assert resolve(INGEST_KEY, "mara", "none").error_code == ErrorCode.FLAG_NOT_FOUND
    missing = client(INGEST_KEY).get_object_details("greeting", {"a": 1}, EvaluationContext(attributes={"locale": "sv"}))
    assert (missing.error_code, missing.value) == (ErrorCode.TARGETING_KEY_MISSING, {"a": 1}), missing
    assert resolve("atl_none", "mara").error_code == ErrorCode.GENERAL


run()
