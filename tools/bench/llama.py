"""llama.cpp on the same file: prefill and decode in tokens a second, resident memory in MiB. One JSON object."""

import json
import os
import sys
import time

from llama_cpp import Llama


def memory(field: str) -> int:
    with open("/proc/self/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith(field))


def main() -> None:
    threads = min(max((os.cpu_count() or 1) - 1, 1), 4)  # as server/backend/src/local/thread.rs chooses
    model = Llama(sys.argv[1], n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False)
    loaded = memory("VmRSS:")
    text = " It records each request, applies budgets, retries failures, and caches answers." * 120
    tokens = model.tokenize(text.encode(), add_bos=False, special=False)
    runs = []
    for size in (128, 512, 1024):
        prefill, decode = [], []
        for _ in range(3):
            model.reset()
            begun = time.perf_counter()
            model.eval(tokens[:size])
            token = model.sample(temp=0.8)
            prefill.append(size / (time.perf_counter() - begun))
            begun = time.perf_counter()
            for _ in range(63):
                model.eval([token])
                token = model.sample(temp=0.8)
            decode.append(63 / (time.perf_counter() - begun))
        runs.append({"prompt": size, "prefill_per_second": round(max(prefill)), "decode_per_second": round(max(decode))})
    print(json.dumps({"threads": threads, "runs": runs, "rss_mb": {"loaded": loaded, "most": memory("VmHWM:")}}))


if __name__ == "__main__":
    main()
