"""llama.cpp on the same file: prefill and decode in tokens a second by its own clock, resident memory in MiB. One JSON object."""

import json
import os
import sys

import xllamacpp


def memory(field: str) -> int:
    with open("/proc/self/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith(field))


def main() -> None:
    threads = min(max((os.cpu_count() or 1) - 1, 1), 4)  # as server/backend/src/local/thread.rs chooses
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 2048
    params.n_parallel = 1
    params.warmup = True
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    loaded = memory("VmRSS:")
    runs = []
    for size in (128, 512, 1024):
        timings = []
        for _ in range(3):
            prompt = " hello world" * (size // 2)  # two tokens
            ask = {"prompt": prompt, "n_predict": 64, "temperature": 0.8, "ignore_eos": True, "cache_prompt": False}
            timings.append(server.handle_completions(ask)["timings"])
            assert timings[-1]["prompt_n"] == size, timings[-1]
        best = {name: round(max(one[f"{kind}_per_second"] for one in timings)) for name, kind in (("prefill_per_second", "prompt"), ("decode_per_second", "predicted"))}
        runs.append({"prompt": size, **best})
    print(json.dumps({"threads": threads, "runs": runs, "rss_mb": {"loaded": loaded, "most": memory("VmHWM:")}}))


if __name__ == "__main__":
    main()
