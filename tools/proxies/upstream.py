"""An upstream for tools/proxies.sh: a socket that echoes, and a stream whose next event waits until somebody has seen the last.

    /socket   a WebSocket handshake, then each frame back
    /stream   five events; each but the first is made only after /seen was asked for. `?type=` is its content type
    /seen     lets the stream go on: asked for past the proxy, by who has read an event through it
    /left     answers once the stream's client has left; 504 if it never does
"""

import asyncio
import base64
import hashlib
import sys
from urllib.parse import parse_qs, urlsplit

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
EVENTS = 5
PATIENCE = 20  # seconds

seen = asyncio.Queue()
left = asyncio.Queue()


async def request(reader):
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    keys = [line.split(": ", 1)[1] for line in lines if line.lower().startswith("sec-websocket-key: ")]
    _, target, version = lines[0].split(" ")
    return target, version, headers, keys


def answer(writer, status, *headers, body=""):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", body]
    writer.write("\r\n".join(lines).encode())


async def socket(reader, writer, version, headers, keys):
    asked = version == "HTTP/1.1" and headers.get("upgrade") == "websocket" and "upgrade" in headers.get("connection", "") and keys
    if not asked:
        return answer(writer, "426 Upgrade Required", body=f"{version}, upgrade: {headers.get('upgrade')}, connection: {headers.get('connection')}")
    accept = base64.b64encode(hashlib.sha1((keys[0] + GUID).encode()).digest()).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}", "", ""]
    writer.write("\r\n".join(lines).encode())
    while True:  # a client's frames are short and masked, ours are not
        head = await reader.readexactly(2)
        mask, payload = await reader.readexactly(4), await reader.readexactly(head[1] & 0x7F)
        plain = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        writer.write(bytes([head[0], len(plain)]) + plain)
        await writer.drain()


async def stream(reader, writer, kind):
    while not seen.empty():
        seen.get_nowait()
    while not left.empty():
        left.get_nowait()
    gone = asyncio.ensure_future(reader.read(1))  # nothing more comes from a client but its end
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    for number in range(EVENTS):
        if number > 0:
            turn = asyncio.ensure_future(seen.get())
            await asyncio.wait([turn, gone], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            turn.cancel()
            if gone.done():
                return left.put_nowait(True)
        event = f"data: {number}\n\n"
        writer.write(f"{len(event):x}\r\n{event}\r\n".encode())
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    gone.cancel()


async def serve(reader, writer):
    try:
        target, version, headers, keys = await request(reader)
        url = urlsplit(target)
        if url.path == "/socket":
            await socket(reader, writer, version, headers, keys)
        elif url.path == "/stream":
            await stream(reader, writer, parse_qs(url.query)["type"][0])
        elif url.path == "/seen":
            seen.put_nowait(True)
            answer(writer, "204 No Content")
        elif url.path == "/left":
            try:
                await asyncio.wait_for(left.get(), PATIENCE)
                answer(writer, "204 No Content")
            except asyncio.TimeoutError:
                answer(writer, "504 Gateway Timeout")
        else:
            answer(writer, "404 Not Found")
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()


asyncio.run(main())
