"""OpenAI's Python client, unchanged but for base URL and key."""

import json

import openai
from checks import KEY, PIXEL, READ_KEY, ROOT, asked, check, headers_of, model, raises, run, studio, unique
from pydantic import BaseModel

client = openai.OpenAI(base_url=f"{ROOT}/v1", api_key=KEY, max_retries=0, timeout=60)
chat = client.chat.completions
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
        "strict": True,
    },
}


class City(BaseModel):
    city: str
    population: int


def user(content):
    return [{"role": "user", "content": content}]


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@check
def plain():
    """a chat is answered, with its usage and the studio's headers"""
    said = unique()
    raw = chat.with_raw_response.create(model=model("acme/gpt-4o-mini"), messages=user(said), temperature=0.2, max_tokens=50)
    answer = raw.parse()
    assert answer.object == "chat.completion"
    assert answer.choices[0].message.content == said and answer.choices[0].finish_reason == "stop", answer
    assert answer.usage.prompt_tokens == 20 and answer.usage.prompt_tokens_details.cached_tokens == 8, answer.usage
    assert answer.usage.total_tokens == 20 + answer.usage.completion_tokens, answer.usage
    headers_of(raw, "off", "miss")
    [sent] = asked(said)
    assert sent["model"] == "gpt-4o-mini" and sent["temperature"] == 0.2 and sent["max_tokens"] == 50, sent


@studio
def cost():
    """a model whose price nobody knows says so, and no cache was asked for"""
    raw = chat.with_raw_response.create(model="acme/gpt-4o-mini", messages=user(unique()))
    assert raw.headers["x-atelier-cost"] == "0" and raw.headers["x-atelier-cost-unpriced"] == "true", raw.headers
    assert raw.headers["x-atelier-cache"] in ("off", "miss"), raw.headers
    assert float(raw.headers["x-atelier-upstream-ms"]) >= 0, raw.headers


@check
def streamed():
    """a streamed chat comes in pieces, and its last one has the usage where it is asked for"""
    said = unique()
    stream = chat.create(model=model("acme/echo"), messages=user(said), stream=True, stream_options={"include_usage": True})
    chunks = list(stream)
    assert text_of(chunks) == said and len(chunks) > 3, chunks
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage.prompt_tokens == 20, chunks[-1]
    assert all(chunk.usage is None for chunk in chunks[:-1])


@studio
def streamed_without_usage():
    """a stream that does not ask for the usage shows none, though the studio asks the provider for it"""
    said = unique()
    chunks = list(chat.create(model="acme/echo", messages=user(said), stream=True))
    assert text_of(chunks) == said
    assert all(chunk.usage is None and chunk.choices for chunk in chunks), chunks[-1]
    [sent] = asked(said)
    assert sent["stream_options"] == {"include_usage": True}, sent


@check
def stream_helper():
    """the client's own stream helper follows along"""
    said = unique()
    with chat.stream(model=model("acme/echo"), messages=user(said)) as events:
        deltas = [event.delta for event in events if event.type == "content.delta"]
        final = events.get_final_completion()
    assert "".join(deltas) == said == final.choices[0].message.content


@check
def tools():
    """tools are called, two at once, and their answers go back"""
    said = unique("What is the weather")
    messages = user(said)
    first = chat.create(model=model("acme/tool"), messages=messages, tools=[WEATHER], tool_choice="auto", parallel_tool_calls=True)
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert [json.loads(call.function.arguments)["city"] for call in message.tool_calls] == ["Paris", "Zürich"], message
    messages = [*messages, message, *({"role": "tool", "tool_call_id": call.id, "content": "21 °C"} for call in message.tool_calls)]
    second = chat.create(model=model("acme/tool"), messages=messages, tools=[WEATHER])
    assert "21 degrees" in second.choices[0].message.content, second
    sent = asked(said)
    assert sent[0]["tools"] == [WEATHER] and sent[0]["parallel_tool_calls"] is True, sent[0]
    assert [part["tool_call_id"] for part in sent[1]["messages"] if part["role"] == "tool"] == [call.id for call in message.tool_calls]


@check
def streamed_tools():
    """a streamed tool call comes together"""
    with chat.stream(model=model("acme/tool"), messages=user(unique()), tools=[WEATHER]) as events:
        calls = events.until_done().get_final_completion().choices[0].message.tool_calls
    assert [json.loads(call.function.arguments)["city"] for call in calls] == ["Paris", "Zürich"], calls


@check
def structured():
    """an answer by a schema is parsed into a class"""
    said = unique("Which city")
    answer = chat.parse(model=model("acme/json"), messages=user(said), response_format=City)
    assert answer.choices[0].message.parsed == City(city="Paris", population=2_100_000), answer
    [sent] = asked(said)
    assert sent["response_format"]["type"] == "json_schema" and sent["response_format"]["json_schema"]["strict"] is True, sent


@check
def image():
    """an image arrives as it was sent"""
    said = unique("What is in this image")
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}}
    answer = chat.create(model=model("acme/echo"), messages=user([{"type": "text", "text": said}, part]))
    assert answer.choices[0].message.content == said
    [sent] = asked(said)
    assert sent["messages"][-1]["content"][1] == part, sent


@check
def logprobs():
    """log probabilities are asked for"""
    said = unique()
    answer = chat.create(model=model("acme/echo"), messages=user(said), logprobs=True, top_logprobs=3)
    assert answer.choices[0].message.content == said
    [sent] = asked(said)
    assert sent["logprobs"] is True and sent["top_logprobs"] == 3, sent


@check
def unknown_fields():
    """fields that nobody knows pass through, and what is the studio's own stays here"""
    said = unique()
    extra = {"min_p": 0.05, "vendor": {"deep": [1, 2.5, None]}}
    atelier = {} if model("a/b") == "b" else {"atelier": {"tags": ["checkout"], "user": "user-42"}}
    chat.create(model=model("acme/echo"), messages=user(said), seed=7, metadata={"a": "b"}, extra_body={**extra, **atelier})
    [sent] = asked(said)
    assert {name: sent[name] for name in extra} == extra and sent["seed"] == 7 and sent["metadata"] == {"a": "b"}, sent
    assert "atelier" not in sent, sent


@studio
def prompt_by_model():
    """a prompt is asked by its name and label, and its messages come first"""
    said = unique()
    raw = chat.with_raw_response.create(
        model="prompt/support/reply@production",
        messages=user(said),
        extra_body={"atelier": {"variables": {"shop_name": "kites", "question": "Hello"}}, "max_tokens": 4},
    )
    assert raw.parse().choices[0].message.content
    assert raw.headers["x-atelier-prompt"] == "support/reply@2", raw.headers


@studio
def prompt_in_extras():
    """a prompt in the studio's extras is filled in for the model that the call names"""
    said = unique()
    extras = {"prompt": "support/reply", "version": 1, "variables": {"shop_name": "kites", "question": "Hello?"}}
    raw = chat.with_raw_response.create(model="acme/echo", messages=user(said), extra_body={"atelier": extras})
    assert raw.headers["x-atelier-prompt"] == "support/reply@1", raw.headers
    assert raw.parse().choices[0].message.content == said
    [sent] = asked(said)
    assert [message["content"] for message in sent["messages"]] == ["You answer customers of kites.", "Hello?", said], sent


@studio
def exact_cache():
    """the same question is answered from the cache, and costs nothing"""
    said = unique()
    ask = lambda: chat.with_raw_response.create(model="acme/gpt-4o-mini", messages=user(said), extra_body={"atelier": {"cache": "exact"}})
    first, second = ask(), ask()
    headers_of(first, "miss")
    headers_of(second, "exact")
    assert float(second.headers["x-atelier-cost"]) == 0, second.headers
    assert first.parse().choices[0].message.content == second.parse().choices[0].message.content == said
    assert first.headers["x-atelier-request-id"] != second.headers["x-atelier-request-id"]
    assert len(asked(said)) == 1


@studio
def exact_cache_streamed():
    """a stream from the cache is a stream"""
    said = unique()
    ask = lambda: chat.with_raw_response.create(
        model="acme/echo", messages=user(said), stream=True, stream_options={"include_usage": True}, extra_body={"atelier": {"cache": "exact"}}
    )
    first = ask()
    first_chunks = list(first.parse())
    second = ask()
    second_chunks = list(second.parse())
    assert (first.headers["x-atelier-cache"], second.headers["x-atelier-cache"]) == ("miss", "exact")
    assert text_of(first_chunks) == text_of(second_chunks) == said
    assert second_chunks[-1].usage.prompt_tokens == 20, second_chunks[-1]
    assert len(asked(said)) == 1


@studio
def retried():
    """a provider that is out of breath is asked again"""
    said = unique()
    assert chat.create(model="acme/fault-429-then-ok", messages=user(said)).choices[0].message.content == said
    assert len(asked(said)) == 2


@check
def embeddings():
    """embeddings are numbers, in the order of the texts"""
    texts = ["one", "two words"]
    answer = client.embeddings.create(model=model("acme/text-embedding-echo"), input=texts, encoding_format="float")
    by_index = sorted(answer.data, key=lambda one: one.index)
    assert [one.embedding[0] for one in by_index] == [float(len(text)) for text in texts], answer
    assert answer.usage.prompt_tokens == 5


@check
def embeddings_in_base64():
    """the client's own default, base64, is understood"""
    answer = client.embeddings.create(model=model("acme/text-embedding-echo"), input=["one"])
    assert list(answer.data[0].embedding)[0] == 3.0, answer


@studio
def local_embeddings():
    """the local model's embeddings come in base64 where that is asked for"""
    texts = ["Where is my order?", "My parcel has not come."]
    ask = lambda form: client.embeddings.with_raw_response.create(model="local/all-minilm-l6-v2", input=texts, encoding_format=form)
    floats, packed = ask("float").parse(), ask("base64")
    assert all(isinstance(one["embedding"], str) for one in json.loads(packed.text)["data"]), packed.text[:200]
    default = client.embeddings.create(model="local/all-minilm-l6-v2", input=texts)
    for one, other in zip(floats.data, default.data):
        assert len(one.embedding) == 384 and max(abs(a - b) for a, b in zip(one.embedding, other.embedding)) < 1e-6


@studio
def local_chat():
    """the local model answers, plain and streamed"""
    answer = chat.create(model="local/smollm2-135m-instruct", messages=user("Say hello."), max_tokens=6, temperature=0)
    chunks = list(chat.create(model="local/smollm2-135m-instruct", messages=user("Say hello."), max_tokens=6, temperature=0, stream=True))
    assert answer.choices[0].message.content and answer.choices[0].message.content == text_of(chunks), (answer, chunks)
    assert answer.usage.prompt_tokens > 0 and 0 < answer.usage.completion_tokens <= 6, answer.usage


@check
def models():
    """the models are listed"""
    names = {one.id for one in client.models.list()}
    assert model("acme/echo") in names, names
    if model("a/b") != "b":
        assert {"local/smollm2-135m-instruct", "local/all-minilm-l6-v2", "claude/echo"} <= names, names


@check
def wrong_key():
    """a wrong key is an AuthenticationError"""
    error = raises(openai.AuthenticationError, lambda: client.with_options(api_key="atl_wrong").models.list())
    assert error.status_code == 401 and error.body["message"], error.body


@studio
def wrong_scope():
    """a key without the gateway's scope is a PermissionDeniedError"""
    other = client.with_options(api_key=READ_KEY)
    raises(openai.PermissionDeniedError, lambda: other.chat.completions.create(model="acme/echo", messages=user("Hello")))


@check
def wrong_model():
    """a model that nobody has is a NotFoundError"""
    error = raises(openai.NotFoundError, lambda: chat.create(model=model("acme/nonesuch"), messages=user("Hello")))
    assert error.code == "model_not_found" and "nonesuch" in error.message, error.body


@studio
def wrong_provider():
    """a provider and a prompt that nobody has are NotFoundErrors"""
    for name in ["nobody/echo", "echo", "prompt/nothing@production", "prompt/support/reply@nolabel"]:
        raises(openai.NotFoundError, lambda: chat.create(model=name, messages=user("Hello")))


@studio
def wrong_request():
    """a request that is none is a BadRequestError"""
    kinds = (openai.BadRequestError, openai.UnprocessableEntityError)
    raises(kinds, lambda: chat.create(model="acme/echo", messages=[]))
    raises(kinds, lambda: chat.create(model="acme/echo", messages=user("Hello"), extra_body={"atelier": {"cache": "sometimes"}}))
    error = raises(kinds, lambda: chat.create(model="prompt/support/reply@production", messages=[], extra_body={"atelier": {"variables": {}}}))
    assert "shop_name" in str(error.body), error.body


@check
def too_long():
    """a provider's 400 stays a BadRequestError"""
    error = raises(openai.BadRequestError, lambda: chat.create(model=model("acme/fault-context"), messages=user("Hello")))
    assert error.code == "context_length_exceeded", error.body


@studio
def budget():
    """a budget that is used up is a RateLimitError that says so"""
    spend = lambda **more: chat.create(model="acme/gpt-4o-mini", messages=user(unique()), extra_body={"atelier": {"user": "spender"}}, **more)
    for call in [spend, lambda: list(spend(stream=True))]:
        error = raises(openai.RateLimitError, call)
        assert "budget" in error.message.lower(), error.body


run()
