"""The checks of tools/proxies.sh, as a client of each proxy: check.py UPSTREAM FOLDER NAME:STUDIO:UPSTREAM…

UPSTREAM is upstream.py's own port, FOLDER the studio's; of each proxy its name, and its ports before the studio and before
upstream.py.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import socket
import sqlite3
import sys
import threading
import time
from urllib.parse import quote, urlencode

PUBLIC = "studio.example.com"
ORIGIN = f"https://{PUBLIC}"
EMAIL, PASSWORD = "ada@example.com", "four plain words here"
KEY = {"Authorization": f"Bearer {os.environ['PROXIES_KEY']}"}
PATIENCE = 30  # seconds for what should come at once; for a model on a busy machine, more
MODEL_PATIENCE = 180
QUIET = 62  # seconds: nginx cuts what is quiet for 60, unless told otherwise

UPSTREAM, FOLDER, PROXIES = int(sys.argv[1]), sys.argv[2], [proxy.split(":") for proxy in sys.argv[3:]]


class Client:
    """Somebody in front of one proxy, at an address that is not the proxy's own."""

    def __init__(self, name, studio, upstream, address):
        self.name, self.studio, self.upstream, self.address = name, int(studio), int(upstream), address

    def ask(self, method, path, body=None, **headers):
        """An answer of the studio: status, headers, body."""
        headers = {"Host": PUBLIC} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.studio, PATIENCE, source_address=(self.address, 0))
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def connect(self, port, head, body=b"", patience=PATIENCE):
        """A connection for what http.client has no view of: how an answer arrives."""
        connection = socket.create_connection(("127.0.0.1", port), patience, (self.address, 0))
        connection.sendall("\r\n".join([*head, f"Host: {PUBLIC}", "", ""]).encode() + body)
        return connection


def expect(true, what):
    if not true:
        raise AssertionError(what)


def until(connection, wanted, data=b""):
    """What arrives until `wanted` is in it, and in how many reads."""
    reads = 0
    while wanted not in data:
        piece = connection.recv(65536)
        expect(piece, f"the connection ended before {wanted!r} came: {data[-300:]!r}")
        data, reads = data + piece, reads + 1
    return data, reads


# Names.


def name_with_folder(client):
    path = "/api/v1/prompts/support%2Freply?version=1"
    status, headers, body = client.ask("GET", path, **KEY)
    expect(status == 200 and json.loads(body)["name"] == "support/reply", f"{status} {body[:200]}")
    tag = headers["ETag"]
    expect(tag, "no ETag")
    status, headers, body = client.ask("GET", path, If_None_Match=tag, **KEY)
    expect((status, headers["ETag"], body) == (304, tag, b""), f"{status} with {headers['ETag']} for {tag}")
    return f"200, then 304 for {tag}"


# Streams.


def stream_of(client, kind):
    """Each event is made only after the one before has been read here: a proxy that holds anything back waits forever."""
    connection = client.connect(client.upstream, [f"GET /stream?type={quote(kind)} HTTP/1.1"])
    try:
        data = b""
        for number in range(5):
            data, _ = until(connection, f"data: {number}\n\n".encode(), data)
            past("/seen")
    except TimeoutError:
        raise AssertionError("an event was held back") from None
    finally:
        connection.close()
    return f"each of 5 events of {kind} came before the next was made"


def past(path):
    """Asks upstream.py, past the proxies."""
    connection = http.client.HTTPConnection("127.0.0.1", UPSTREAM, PATIENCE)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def events_at_once(client):
    return stream_of(client, "text/event-stream")


def text_at_once(client):
    """What the pages read while the model answers."""
    return stream_of(client, "text/plain")


def stream_is_left(client):
    connection = client.connect(client.upstream, ["GET /stream?type=text/event-stream HTTP/1.1"])
    until(connection, b"data: 0\n\n")
    connection.close()
    expect(past("/left") == 204, "the upstream never heard that the client had left")
    return "the upstream hears of it"


def run(client, version, streamed=True):
    body = json.dumps({"version": version, "variables": {}, "stream": streamed}).encode()
    head = ["POST /api/v1/prompts/support%2Freply/run HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in KEY.items()]
    return client.connect(client.studio, head, body, MODEL_PATIENCE)


def run_in_pieces(client):
    with run(client, 1) as connection:
        first, before = until(connection, b'"delta":{"content":"')
        expect(b"text/event-stream" in first.lower() and b"[DONE]" not in first, f"all at once: {first[:300]!r}")
        data, reads = until(connection, b"data: [DONE]", first)
    reads, events = reads + before, data.count(b"data: ")
    expect(reads >= 4, f"{events} events in {reads} reads")
    return f"{events} events in {reads} reads"


def last_run(*but):
    """State of the newest run, waited for while it is one of `but`."""
    deadline, state = time.monotonic() + MODEL_PATIENCE, None
    while time.monotonic() < deadline:
        db = sqlite3.connect(f"file:{FOLDER}/data/atelier.db?mode=ro", uri=True)
        [state] = db.execute("SELECT state FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        db.close()
        if state not in but:
            break
        time.sleep(0.05)
    return state


def streamed_run_is_left(client):
    """The first word came while the model was still at it: what is left then is kept as stopped, not as done."""
    with run(client, 2) as connection:
        until(connection, b'"delta":{"content":"')
    state = last_run("running")
    expect(state == "stopped", f"the run went on without its client, and is {state}")
    return "the studio stops the model"


def whole_run_is_left(client):
    """Nothing is written yet, which could tell the proxy that nobody reads."""
    with run(client, 2, streamed=False):
        state = last_run("stopped", "done")
        expect(state == "running", f"the run is {state}")
    state = last_run("running")
    expect(state == "stopped", f"the run went on without its client, and is {state}")
    return "the studio stops the model"


# Sockets.


def handshake(client):
    key = base64.b64encode(os.urandom(16)).decode()
    head = ["GET /socket HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
    connection = client.connect(client.upstream, head)
    answer, _ = until(connection, b"\r\n\r\n")
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
    expect(answer.startswith(b"HTTP/1.1 101") and accept in answer, f"no socket: {answer!r}")
    return connection


def echo(connection, text):
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))
    connection.sendall(bytes([0x81, 0x80 | len(text)]) + mask + masked)
    until(connection, bytes([0x81, len(text)]) + text)


def socket_opens(client):
    with handshake(client) as connection:
        echo(connection, b"good day")
        echo(connection, b"and good night")
    return "101, and two frames came back"


class QuietSocket(threading.Thread):
    """Says nothing for longer than proxies like; beside all the other checks, so that nobody waits for it alone."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.error = client, None

    def run(self):
        try:
            with handshake(self.client) as connection:
                time.sleep(QUIET)
                echo(connection, b"still here")
        except (AssertionError, OSError) as error:
            self.error = error

    def check(self, _client):
        self.join()
        expect(self.error is None, f"cut: {self.error}")
        return f"open after {QUIET} s without a frame"


# Who asks, and from where.


def sign_in(client, password=PASSWORD, **headers):
    """As a browser does it: the form of the page, by its own address."""
    status, _, page = client.ask("GET", "/signin", Accept="text/html")
    form = re.search(rb'action="(/fn/sign_in[^"]*)"', page)
    expect(status == 200 and form, f"no sign-in page: {status}")
    body = urlencode({"email": EMAIL, "password": password})
    headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN} | headers
    return client.ask("POST", form[1].decode(), body, **headers)


def own_pages_sign_in(client):
    status, headers, body = sign_in(client)
    cookie = headers["Set-Cookie"] or ""
    expect(status == 302 and cookie.startswith("atelier_session=") and "Secure" in cookie, f"{status} {body[:200]} {cookie}")
    cookie = cookie.split(";")[0]
    status, headers, _ = client.ask("GET", "/", Accept="text/html", Cookie=cookie)
    home = headers["Location"] or ""
    expect(status == 302 and home.startswith("/p/"), f"{status} to {home}")
    status, _, page = client.ask("GET", home, Accept="text/html", Cookie=cookie)
    expect(status == 200 and b"support/reply" in page, f"{status} for the list of prompts")
    return "302 with a Secure cookie, which opens the list of prompts"


def foreign_pages_do_not(client):
    status, headers, _ = sign_in(client, Origin="https://elsewhere.example")
    expect(status == 403 and not headers["Set-Cookie"], f"{status}")
    return "403"


def address_in_log(client, **headers):
    """Who failed to sign in, as the studio's log has it."""
    with open(f"{FOLDER}/log") as log:
        log.seek(0, os.SEEK_END)
        sign_in(client, password="not this one, surely", **headers)
        lines = [json.loads(line) for line in log if "a sign-in failed" in line]
    expect(len(lines) == 1, f"{len(lines)} lines in the log")
    return lines[0]["ip"]


def client_address(client):
    found = address_in_log(client)
    expect(found == client.address, f"{found}, not {client.address}")
    return found


def forged_address(client):
    found = address_in_log(client, X_Forwarded_For="203.0.113.9", X_Real_IP="203.0.113.9", Forwarded="for=203.0.113.9")
    expect(found == client.address, f"{found} was believed, the client is {client.address}")
    return f"still {found}"


# Limits.


def body_limit(client):
    """The studio takes 4 MiB, and says so itself where it is more; nginx alone would stop at 1."""
    message = {"role": "user", "content": "x" * 700_000}
    for times, wanted in [(3, (200, 201)), (9, (413,))]:
        body = json.dumps({"messages": [message] * times})
        status, headers, answer = client.ask("POST", "/api/v1/prompts/support%2Freply/versions", body, Content_Type="application/json", **KEY)
        ours = status < 300 or headers["Content-Type"] == "application/problem+json"
        expect(status in wanted and ours, f"{status} for {len(body)} bytes: {answer[:200]}")
    return "2 MiB are taken, and 6 MiB refused by the studio itself"


CHECKS = [
    ("a name with %2F", name_with_folder),
    ("a streamed run", run_in_pieces),
    ("a streamed run whose client leaves", streamed_run_is_left),
    ("a whole run whose client leaves", whole_run_is_left),
    ("an event stream", events_at_once),
    ("a stream of text", text_at_once),
    ("a stream whose client leaves", stream_is_left),
    ("a socket", socket_opens),
    ("the client's address", client_address),
    ("a forged address", forged_address),
    ("a sign-in from our own page", own_pages_sign_in),
    ("a sign-in from a foreign page", foreign_pages_do_not),
    ("a large body", body_limit),
]


def main():
    clients = [Client(*proxy, address=f"127.0.0.{number}") for number, proxy in enumerate(PROXIES, 2)]
    quiet = [QuietSocket(client) for client in clients]
    for each in quiet:
        each.start()
    planned = [(client, what, check) for client in clients for what, check in CHECKS]
    planned += [(client, "a quiet socket", each.check) for client, each in zip(clients, quiet)]
    failed = 0
    for client, what, check in planned:
        try:
            line = f"ok      {client.name}: {what}: {check(client)}"
        except (AssertionError, OSError, http.client.HTTPException) as error:
            line, failed = f"FAILED  {client.name}: {what}: {error or type(error).__name__}", failed + 1
        print(line, flush=True)
    print(f"{len(planned) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
