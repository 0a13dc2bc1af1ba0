"""Anthropic's Python client, unchanged but for base URL and key."""

import anthropic
from checks import DIRECT, KEY, PIXEL, READ_KEY, ROOT, asked, check, headers_of, model, raises, run, studio, unique

# The client of today sends its key as a bearer; the fake upstream knows keys where Anthropic's reference has them.
options = {"default_headers": {"x-api-key": KEY}} if DIRECT else {}
client = anthropic.Anthropic(base_url=ROOT, api_key=KEY, max_retries=0, timeout=60, **options)
messages = client.messages
WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
CLAUDE = "claude/claude-echo"
# Its own protocol, and one that is translated to; the latter only where a studio translates.
MODELS = [CLAUDE] if DIRECT else [CLAUDE, "acme/gpt-4o-mini"]
TOOLS = ["claude/tool"] if DIRECT else ["claude/tool", "acme/tool"]


def user(content):
    return [{"role": "user", "content": content}]


def ask(name, said, **more):
    return messages.create(model=model(name), max_tokens=64, messages=user(said), **more)


@check
def plain():
    """a message is answered, by its own provider and by one of OpenAI's kind"""
    for name in MODELS:
        said = unique()
        raw = messages.with_raw_response.create(model=model(name), max_tokens=64, messages=user(said), extra_body={"temperature": 0.2})
        answer = raw.parse()
        assert answer.type == "message" and answer.role == "assistant" and answer.stop_reason == "end_turn", answer
        assert [block.text for block in answer.content] == [said], answer
        assert answer.usage.output_tokens > 0 and answer.usage.cache_read_input_tokens == 8, answer.usage
        # Anthropic's input tokens leave out what was cached.
        assert answer.usage.input_tokens == (10 if name == CLAUDE else 12), answer.usage
        headers_of(raw, "off", "miss")
        [sent] = asked(said)
        assert sent["temperature"] == 0.2 and sent["model"] == name.split("/")[1], sent


@check
def system():
    """the system's words reach either kind where they belong"""
    for name in MODELS:
        said, rule = unique(), unique("Be brief")
        assert ask(name, said, system=[{"type": "text", "text": rule}]).content[0].text == said
        [sent] = asked(said)
        place = sent["system"] if name == CLAUDE else sent["messages"][0]
        assert rule in str(place) and (name == CLAUDE or place["role"] in ("system", "developer")), sent


@check
def streamed():
    """a streamed message comes as the events that Anthropic has"""
    for name in MODELS:
        said = unique()
        kinds = [event.type for event in ask(name, said, stream=True)]
        assert kinds[0] == "message_start" and kinds[-1] == "message_stop", kinds
        order = [kind for kind in kinds if kind not in ("ping", "content_block_delta")]
        assert order == ["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"], kinds
        assert kinds.count("content_block_delta") > 2, kinds


@check
def stream_helper():
    """the client's own stream helper follows along"""
    for name in MODELS:
        said = unique()
        with messages.stream(model=model(name), max_tokens=64, messages=user(said)) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        assert text == said == final.content[0].text and final.stop_reason == "end_turn", final
        assert final.usage.output_tokens > 0, final.usage


@check
def tools():
    """tools are called, two at once, and their answers go back"""
    for name in TOOLS:
        said = unique("What is the weather")
        first = ask(name, said, tools=[WEATHER], tool_choice={"type": "auto"})
        calls = [block for block in first.content if block.type == "tool_use"]
        assert first.stop_reason == "tool_use" and [call.input["city"] for call in calls] == ["Paris", "Zürich"], first
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "21 °C"} for call in calls]
        turns = [*user(said), {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
        second = messages.create(model=model(name), max_tokens=64, messages=turns, tools=[WEATHER])
        assert "21 degrees" in second.content[0].text, second
        sent = asked(said)[1]["messages"]
        back = [part["tool_use_id"] for part in sent[-1]["content"]] if name == "claude/tool" else [part["tool_call_id"] for part in sent if part["role"] == "tool"]
        assert back == [call.id for call in calls], sent


@check
def streamed_tools():
    """a streamed tool call comes together"""
    for name in TOOLS:
        with messages.stream(model=model(name), max_tokens=64, messages=user(unique()), tools=[WEATHER]) as stream:
            final = stream.get_final_message()
        cities = [block.input["city"] for block in final.content if block.type == "tool_use"]
        assert cities == ["Paris", "Zürich"] and final.stop_reason == "tool_use", final


@check
def thinking():
    """thinking goes to the provider, and comes back with its signature"""
    said = unique("Which is greater")
    more = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    answer = messages.create(model=model("claude/reasoning"), max_tokens=2048, messages=user(said), **more)
    assert [block.type for block in answer.content] == ["thinking", "text"], answer
    assert answer.content[0].signature == "EqQBCgIYAhIM1gbcDa9GJwZA2b3h", answer
    [sent] = asked(said)
    assert sent["thinking"] == more["thinking"], sent
    with messages.stream(model=model("claude/reasoning"), max_tokens=2048, messages=user(said), **more) as stream:
        final = stream.get_final_message()
    assert final.content[0].type == "thinking" and final.content[0].signature, final


@check
def image():
    """an image reaches either kind"""
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    for name in MODELS:
        said = unique("What is in this image")
        assert ask(name, [{"type": "text", "text": said}, {"type": "image", "source": source}]).content[0].text == said
        assert PIXEL in str(asked(said)[0]["messages"][-1])


@check
def unknown_fields():
    """fields that nobody knows pass through, and what is the studio's own stays here"""
    said = unique()
    extra = {"vendor": {"deep": [1, 2.5, None]}}
    atelier = {} if DIRECT else {"atelier": {"tags": ["checkout"], "user": "user-42"}}
    block = {"type": "text", "text": said, "cache_control": {"type": "ephemeral"}}
    ask(CLAUDE, [block], extra_body={**extra, **atelier}, extra_headers={"anthropic-beta": "some-2026-01-01"}, metadata={"user_id": "u"})
    [sent] = asked(said)
    assert sent["vendor"] == extra["vendor"] and sent["metadata"] == {"user_id": "u"} and "atelier" not in sent, sent
    assert sent["messages"][0]["content"] == [block], sent


@studio
def prompt():
    """a prompt is asked by its name and label, and its messages come first"""
    said = unique()
    extras = {"prompt": "support/reply", "label": "production", "variables": {"shop_name": "kites", "question": "Hello?"}}
    raw = messages.with_raw_response.create(model="claude/echo", max_tokens=64, messages=user(said), extra_body={"atelier": extras})
    assert raw.headers["x-atelier-prompt"] == "support/reply@2", raw.headers
    [sent] = asked(said)
    assert "kites, briefly" in str(sent["system"]) and "Hello?" in str(sent["messages"]), sent
    by_model = messages.with_raw_response.create(
        model="prompt/support/reply@production", max_tokens=4, messages=user(said), extra_body={"atelier": {"variables": extras["variables"]}}
    )
    assert by_model.headers["x-atelier-prompt"] == "support/reply@2", by_model.headers


@studio
def exact_cache():
    """the same question is answered from the cache, plain and streamed"""
    said = unique()
    call = lambda: messages.with_raw_response.create(model=CLAUDE, max_tokens=64, messages=user(said), extra_body={"atelier": {"cache": "exact"}})
    first, second = call(), call()
    headers_of(first, "miss")
    headers_of(second, "exact")
    assert first.parse().content[0].text == second.parse().content[0].text == said and len(asked(said)) == 1
    said = unique()
    text = []
    for cache in ["miss", "exact"]:
        with messages.stream(model=CLAUDE, max_tokens=64, messages=user(said), extra_body={"atelier": {"cache": "exact"}}) as stream:
            text.append("".join(stream.text_stream))
            assert stream.response.headers["x-atelier-cache"] == cache, stream.response.headers
    assert text == [said, said] and len(asked(said)) == 1


@studio
def retried():
    """a provider that is overloaded is asked again"""
    said = unique()
    assert ask("claude/fault-529-then-ok", said).content[0].text == said
    assert len(asked(said)) == 2


@studio
def local():
    """the local model answers, plain and streamed"""
    call = {"model": "local/smollm2-135m-instruct", "max_tokens": 6, "extra_body": {"temperature": 0}, "messages": user("Say hello.")}
    answer = messages.create(**call)
    with messages.stream(**call) as stream:
        final = stream.get_final_message()
    assert answer.content[0].text and answer.content[0].text == final.content[0].text, (answer, final)
    assert answer.usage.input_tokens > 0 and 0 < answer.usage.output_tokens <= 6, answer.usage
    assert answer.stop_reason in ("end_turn", "max_tokens") and final.stop_reason == answer.stop_reason, final


@check
def wrong_key():
    """a wrong key is an AuthenticationError"""
    other = client.with_options(api_key="atl_wrong", default_headers={"x-api-key": "atl_wrong"})
    error = raises(anthropic.AuthenticationError, lambda: other.messages.create(model=model(CLAUDE), max_tokens=4, messages=user("Hello")))
    assert error.body["type"] == "error" and error.body["error"]["type"] == "authentication_error", error.body


@check
def key_as_before():
    """the key is good as x-api-key too, as the clients sent it before"""
    other = anthropic.Anthropic(base_url=ROOT, api_key=None, auth_token=None, default_headers={"x-api-key": KEY}, max_retries=0)
    said = unique()
    assert other.messages.create(model=model(CLAUDE), max_tokens=64, messages=user(said)).content[0].text == said


@studio
def wrong_scope():
    """a key without the gateway's scope is a PermissionDeniedError"""
    other = client.with_options(api_key=READ_KEY)
    raises(anthropic.PermissionDeniedError, lambda: other.messages.create(model=CLAUDE, max_tokens=4, messages=user("Hello")))


@check
def wrong_model():
    """a model that nobody has is a NotFoundError"""
    names = ["claude/nonesuch"] if DIRECT else ["claude/nonesuch", "acme/nonesuch", "nobody/echo"]
    for name in names:
        error = raises(anthropic.NotFoundError, lambda: ask(name, "Hello"))
        assert error.body["error"]["type"] == "not_found_error", error.body


@studio
def wrong_request():
    """a request that is none is a BadRequestError"""
    kinds = (anthropic.BadRequestError, anthropic.UnprocessableEntityError)
    raises(kinds, lambda: messages.create(model=CLAUDE, max_tokens=4, messages=[]))
    raises(kinds, lambda: ask(CLAUDE, "Hello", extra_body={"atelier": {"cache": "sometimes"}}))


@studio
def budget():
    """a budget that is used up is a RateLimitError that says so"""
    for more in [{}, {"stream": True}]:
        error = raises(anthropic.RateLimitError, lambda: ask("acme/gpt-4o-mini", unique(), extra_body={"atelier": {"user": "spender"}}, **more))
        assert "budget" in error.body["error"]["message"].lower(), error.body


run()
