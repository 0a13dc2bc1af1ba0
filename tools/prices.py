#!/usr/bin/env python3
"""Makes src/cost/prices.json, the table of list prices that Atelier starts with.

    pip download --no-deps litellm genai-prices        # both are zip files
    unzip litellm-*.whl 'litellm/model_prices*'; unzip genai_prices-*.whl 'genai_prices/data.py'
    tools/prices.py --litellm litellm/model_prices_and_context_window_backup.json --litellm-version 1.109.1 \
        --genai genai_prices/data.py --genai-version 0.2.3 --as-of 2026-11-12 > src/cost/prices.json

LiteLLM's file says prices, windows and abilities. Genai-prices (Pydantic) has the price of what LiteLLM has dropped, and is
what every other price is checked against: differences go to standard error, for a person to look at.
`--as-of` is the day when LiteLLM's release came out (`pip download --uploaded-prior-to` tells); what it has dropped counts as retired on that day.
Only the standard text price is taken: no batch, flex or priority, no audio, no region's surcharge, and for cache writes the
shortest time to live.
"""
import argparse
import ast
import json
import re
import sys
from decimal import Decimal

# Ours -> how LiteLLM's keys begin, and genai-prices' provider.
PROVIDERS = {
    "openai": (("", ), "openai"),
    "anthropic": (("", ), "anthropic"),
    "google": (("gemini/", ), "google"),
    "mistral": (("mistral/", ), "mistral"),
    "deepseek": (("deepseek/", ), "deepseek"),
    "groq": (("groq/", ), "groq"),
    "xai": (("xai/", ), "x-ai"),
    "cohere": (("cohere/", ""), "cohere"),
    "voyage": (("voyage/", ), "voyageai"),
}

# Undated names stand for their dated ones (see `Table::find`), unless those have a price of their own.
WANTED = {
    "openai": """gpt-6.1-sol gpt-6.1-terra gpt-6-astra gpt-6-sol gpt-6-luna gpt-5.6 gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.4 gpt-5.4-mini
        gpt-5.4-nano gpt-5.2 gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-2024-05-13 gpt-4o-mini gpt-4-turbo gpt-4
        gpt-3.5-turbo o1 o3 o3-mini o4-mini text-embedding-3-large text-embedding-3-small text-embedding-ada-002""",
    "anthropic": """claude-opus-5-5 claude-sonnet-5-5 claude-haiku-5-5 claude-fable-5-1 claude-fable-5 claude-opus-5 claude-sonnet-5 claude-opus-4-8
        claude-opus-4-7 claude-opus-4-6 claude-opus-4-5 claude-sonnet-4-6 claude-sonnet-4-5 claude-haiku-4-5""",
    "google": """gemini-4-argon gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash gemini-3.5-flash gemini-3.5-flash-lite gemini-3.1-pro-preview
        gemini-3.1-flash-lite gemini-3-flash-preview gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite gemini-pro-latest gemini-flash-latest
        gemini-flash-lite-latest gemini-embedding-001 gemini-embedding-2""",
    "mistral": """mistral-large-4 mistral-large-latest mistral-large-2512 mistral-medium-latest mistral-medium-3-5 mistral-small-latest mistral-small-2603
        codestral-latest codestral-2508 devstral-latest devstral-small-latest ministral-14b-latest
        ministral-8b-latest ministral-3b-latest mistral-embed codestral-embed""",
    "deepseek": "deepseek-v4-pro deepseek-v4-flash deepseek-flash deepseek-chat deepseek-reasoner",
    "groq": "openai/gpt-oss-120b openai/gpt-oss-20b qwen/qwen3.8-27b",
    "xai": "grok-4.7 grok-4.6 grok-4.5 grok-4.3 grok-4.20",
    "cohere": """command-a-03-2025 command-r-plus-08-2024 command-r-08-2024 command-r7b-12-2024 embed-v5.0-pro embed-v5.0-fast embed-v4.0
        embed-multilingual-v3.0 embed-english-v3.0""",
    "voyage": "voyage-4-large voyage-4 voyage-4-lite voyage-code-4 voyage-code-3 voyage-3-large voyage-3.5 voyage-3.5-lite",
}

# What LiteLLM lists no more under its maker: ours -> (genai-prices' id, the same model elsewhere in LiteLLM's file, for its window and abilities).
GONE = {
    "anthropic/claude-opus-4-1": ("claude-opus-4-1", "anthropic.claude-opus-4-1-20250805-v1:0"),
    "anthropic/claude-opus-4": ("claude-opus-4-0", "anthropic.claude-opus-4-20250514-v1:0"),
    "anthropic/claude-opus-4-0": ("claude-opus-4-0", "anthropic.claude-opus-4-20250514-v1:0"),
    "anthropic/claude-sonnet-4": ("claude-sonnet-4-0", "anthropic.claude-sonnet-4-20250514-v1:0"),
    "anthropic/claude-sonnet-4-0": ("claude-sonnet-4-0", "anthropic.claude-sonnet-4-20250514-v1:0"),
    "anthropic/claude-3-7-sonnet": ("claude-3-7-sonnet-latest", "anthropic.claude-3-7-sonnet-20250219-v1:0"),
    "anthropic/claude-3-5-sonnet": ("claude-3-5-sonnet", "anthropic.claude-3-5-sonnet-20241022-v2:0"),
    "anthropic/claude-3-5-haiku": ("claude-3-5-haiku-latest", "anthropic.claude-3-5-haiku-20241022-v1:0"),
    "anthropic/claude-3-opus": ("claude-3-opus-latest", "anthropic.claude-3-opus-20240229-v1:0"),
    "anthropic/claude-3-haiku": ("claude-3-haiku", "vertex_ai/claude-3-haiku@20240307"),
    "google/gemini-2.0-flash": ("gemini-2.0-flash", "vertex_ai/gemini-2.0-flash"),
    "google/gemini-2.0-flash-lite": ("gemini-2.0-flash-lite", "vertex_ai/gemini-2.0-flash-lite"),
    "xai/grok-4": ("grok-4-0709", "vercel_ai_gateway/xai/grok-4"),
    "xai/grok-3": ("grok-3", "vercel_ai_gateway/xai/grok-3"),
    "xai/grok-3-mini": ("grok-3-mini", "vercel_ai_gateway/xai/grok-3-mini"),
}

# Newer than LiteLLM's file, in the same shape: window and abilities are those of the version before.
NEW = {"anthropic/claude-fable-5-2": ("claude-fable-5-2", "claude-fable-5-1")}

# Where genai-prices says why it is right.
PREFER_GENAI = {
    "mistral/mistral-large-4",  # "the pricing page first listed $0.7/$0.07/$2.1 on 2026-10-29"
}

RATES = (
    # ours, LiteLLM's, genai-prices'
    ("input", "input_cost_per_token", "input_mtok"),
    ("cached", "cache_read_input_token_cost", "cache_read_mtok"),
    ("cache_write", "cache_creation_input_token_cost", "cache_write_mtok"),
    ("output", "output_cost_per_token", "output_mtok"),
    ("reasoning", "output_cost_per_reasoning_token", "output_reasoning_mtok"),
)


def usd(value: Decimal) -> Decimal:
    """Rounded to the nano-dollar; what that changes may only be a float's noise."""
    tidy = value.quantize(Decimal("1e-9"))
    if abs(tidy - value) > abs(value) * Decimal("1e-9"):
        raise ValueError(f"{value} has more than nine decimals")
    return tidy.normalize()


def tidied(price: dict) -> dict:
    """Leaves out what says nothing: a reasoning price equal to the output's, a write "for 0" where input costs something."""
    if price.get("reasoning") == price.get("output"):
        price.pop("reasoning", None)
    if price.get("cache_write") == 0:
        price.pop("cache_write")
    return price


def of_litellm(entry: dict) -> dict:
    def rates(suffix: str) -> dict:
        found = {ours: entry.get(theirs + suffix) for ours, theirs, _ in RATES}
        return {name: usd(Decimal(cost) * 1_000_000) for name, cost in found.items() if cost is not None}

    price = rates("")
    price.setdefault("output", Decimal(0))
    steps = {int(found[1]) for key in entry if (found := re.fullmatch(r"input_cost_per_token_above_(\d+)k_tokens", key))}
    if len(steps) > 1:
        raise ValueError("more than one step")
    for step in steps:
        price["above"] = {"tokens": step * 1000, **tidied({"output": price["output"], **rates(f"_above_{step}k_tokens")})}
    return tidied(price)


def of_genai(model: dict, day: str) -> dict:
    """The price on that day; where it changes with the hour, the dearest one."""
    prices = model["prices"]
    if isinstance(prices, list):
        dated = [item["prices"] for item in prices if (item.get("constraint") or {}).get("start_date", "") <= day and "start_time" not in (item.get("constraint") or {})]
        hours = [item["prices"] for item in prices if "start_time" in (item.get("constraint") or {})]
        prices = max([dated[-1], *hours], key=lambda price: base(price["input_mtok"]))
    price, above = {"output": Decimal(0)}, {}
    for ours, _, theirs in RATES:
        if (cost := prices.get(theirs)) is None:
            continue
        price[ours] = usd(base(cost))
        if isinstance(cost, dict):
            (tier, ) = cost["tiers"]
            above["tokens"] = tier["start"]
            above[ours] = usd(Decimal(tier["price"]))
    if above:
        price["above"] = tidied({"output": price["output"], **above})
    return tidied(price)


def base(cost) -> Decimal:
    return Decimal(cost["base"] if isinstance(cost, dict) else cost)


def read_genai(path: str) -> dict:
    """`providers = [Provider(id=..., models=[ModelInfo(...)])]`, read without running it."""
    def value(node):
        match node:
            case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=text)]):
                return text
            case ast.Call(func=ast.Attribute(attr="date" | "time"), args=args):
                return "-".join(f"{part.value:02}" for part in args)
            case ast.Call(keywords=keywords):
                return {word.arg: value(word.value) for word in keywords}
            case ast.List(elts=items):
                return [value(item) for item in items]
            case ast.Constant(value=plain):
                return plain
        return None

    for statement in ast.parse(open(path, encoding="utf-8").read()).body:
        target = getattr(statement, "target", None) or (getattr(statement, "targets", None) or [None])[0]
        if getattr(target, "id", "") == "providers":
            return {provider["id"]: provider["models"] for provider in value(statement.value)}
    raise SystemExit(f"{path}: no providers")


def matches(clause: ast.AST | dict | None, name: str) -> bool:
    clause = clause or {}
    tests = {
        "equals": lambda text: name == text,
        "starts_with": name.startswith,
        "ends_with": name.endswith,
        "contains": lambda text: text in name,
        "regex": lambda text: re.search(text, name) is not None,
        "or_": lambda parts: any(matches(part, name) for part in parts),
        "and_": lambda parts: all(matches(part, name) for part in parts),
    }
    return any(tests[kind](text) for kind, text in clause.items() if kind in tests)


def facts(entry: dict) -> dict:
    kind = "embedding" if entry["mode"] == "embedding" else "chat"
    found = {"kind": kind, "context": entry.get("max_input_tokens") or entry.get("max_tokens")}
    if kind == "chat":
        found["max_output"] = entry.get("max_output_tokens")
        for ours, theirs in (("tools", "supports_function_calling"), ("structured", "supports_response_schema")):
            found[ours] = entry.get(theirs, False)
    found["images"] = entry.get("supports_vision", False)
    found["retires"] = entry.get("deprecation_date")
    return {key: value for key, value in found.items() if value}


def written(price: dict) -> dict:
    order = ("tokens", *(name for name, _, _ in RATES), "above")
    say = lambda value: written(value) if isinstance(value, dict) else value if isinstance(value, int) else f"{value:f}"
    return {key: say(price[key]) for key in order if key in price}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("litellm", "litellm-version", "genai", "genai-version", "as-of"):
        options.add_argument(f"--{name}", required=True)
    options = options.parse_args()
    litellm = json.load(open(options.litellm, encoding="utf-8"), parse_float=Decimal)
    genai = read_genai(options.genai)

    entries, differences = [], 0
    for provider, names in WANTED.items():
        prefixes, other = PROVIDERS[provider]
        for name in names.split():
            key = next((prefix + name for prefix in prefixes if prefix + name in litellm), None)
            if key is None:
                raise SystemExit(f"{provider}/{name}: not in LiteLLM's file")
            price = of_litellm(litellm[key])
            entries.append({"name": f"{provider}/{name}", **facts(litellm[key]), "price": written(price)})
            same = [model for model in genai[other] if matches(model["match"], name)]
            theirs = of_genai(same[0], options.as_of) if same else None
            if f"{provider}/{name}" in PREFER_GENAI:
                entries[-1]["price"] = written(theirs)
            elif theirs != price:
                differences += theirs is not None
                print(f"{provider}/{name}: {json.dumps(written(price))}; genai-prices: {json.dumps(written(theirs)) if theirs else 'not listed'}", file=sys.stderr)
            for variant, entry in litellm.items():
                if re.fullmatch(re.escape(key) + r"-(\d{4}-\d\d-\d\d|\d{8}|latest)", variant) and of_litellm(entry) != price:
                    print(f"{variant}: a price of its own, {json.dumps(written(of_litellm(entry)))}{'' if variant.split('/')[-1] in names else ' (not listed)'}", file=sys.stderr)
    for name, (other, like) in {**GONE, **NEW}.items():
        (model, ) = [model for model in genai[PROVIDERS[name.split("/")[0]][1]] if model["id"] == other]
        found = {"kind": "chat", "context": model.get("context_window")} | facts(litellm[like]) | ({"retires": options.as_of} if name in GONE else {})
        entries.append({"name": name, **found, "price": written(of_genai(model, options.as_of))})
    entries.sort(key=lambda entry: entry["name"])

    source = f"List prices in USD per million tokens: LiteLLM {options.litellm_version} (MIT), and genai-prices {options.genai_version} (MIT) where LiteLLM has none or is behind"
    print(f'{{\n  "as_of": "{options.as_of}",\n  "source": {json.dumps(source)},\n  "entries": [')
    print(",\n".join(f"    {json.dumps(entry)}" for entry in entries))
    print("  ]\n}")
    print(f"{len(entries)} entries; {differences} differ from genai-prices", file=sys.stderr)


main()
