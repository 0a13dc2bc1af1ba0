"""What both Python scripts stand on: checks that run one after the other and say on a line each what they came to."""

import inspect
import json
import os
import traceback
import urllib.request
import uuid

ROOT = os.environ["ATELIER_ROOT"]
KEY = os.environ["ATELIER_KEY"]
READ_KEY = os.environ.get("ATELIER_READ_KEY", "")
UPSTREAM = os.environ["ATELIER_UPSTREAM"]
# Without a studio in between.
DIRECT = "ATELIER_DIRECT" in os.environ
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

_checks = []


def check(function):
    """A check that makes sense without a studio too. Its docstring is its name."""
    _checks.append((function, False))
    return function


def studio(function):
    """A check of what only the studio does."""
    _checks.append((function, True))
    return function


def run():
    for function, needs_studio in _checks:
        said = {"name": inspect.getdoc(function)}
        if needs_studio and DIRECT:
            said["skipped"] = "needs a studio"
        else:
            try:
                function()
            except Exception:
                said["problem"] = traceback.format_exc()
        print(json.dumps(said), flush=True)


def model(name):
    """`acme/echo`; without a studio the provider's name for it."""
    return name.split("/", 1)[1] if DIRECT else name


def unique(words="Where is my order"):
    """Words that nobody said before: caches know nothing of them."""
    return f"{words} {uuid.uuid4().hex[:12]}?"


def asked(about):
    """What the provider was asked with these words in it, in order."""
    with urllib.request.urlopen(f"{UPSTREAM}/_requests") as reply:
        requests = json.load(reply)
    return [request["body"] for request in requests if about in json.dumps(request["body"], ensure_ascii=False)]


def headers_of(raw, *caches):
    """The studio's headers, which every answer has; the cache says one of these."""
    if DIRECT:
        return
    assert uuid.UUID(raw.headers["x-atelier-request-id"]), raw.headers
    assert raw.headers["x-atelier-cache"] in caches, raw.headers
    assert float(raw.headers["x-atelier-cost"]) >= 0, raw.headers


def raises(kinds, call):
    """The exception that the call ends with, one of these."""
    try:
        call()
    except kinds as error:
        return error
    raise AssertionError(f"no {kinds}")
