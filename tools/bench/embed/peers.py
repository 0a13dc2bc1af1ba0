"""The peers on the same texts, one thread: onnxruntime (fused graph) for MiniLM, model2vec for potion."""
import os, statistics, sys, time
from minilm_onnx import MiniLm, build
from model2vec import StaticModel
from safetensors.numpy import load_file
from tokenizers import Tokenizer
MODELS, GRAPH = sys.argv[1], sys.argv[2]
if not os.path.exists(GRAPH):
    build(MODELS + "/all-minilm-l6-v2", GRAPH)
m = MiniLm(MODELS + "/all-minilm-l6-v2", GRAPH)
POTION = MODELS + "/potion-base-8m/"
p = StaticModel(load_file(POTION + "model.safetensors")["embeddings"], Tokenizer.from_file(POTION + "tokenizer.json"), normalize=True)
SHORT = "How do I reset the password of my team account today, please?"
W = ["gate", "model", "record", "request", "budget", "answer", "question", "paid", "twice", "cache", "fail", "provider"]
LONG = " ".join(W[i % 12] for i in range(252))
def one(f, text, rounds):
    f([text]); v = []; c = time.process_time()
    for _ in range(rounds):
        t = time.perf_counter(); f([text]); v.append(time.perf_counter() - t)
    return f"{statistics.median(v) * 1e3:.4f} cpu {(time.process_time() - c) / rounds * 1e3:.4f}"
def best(f, n):
    texts = [f"{SHORT} {i}" for i in range(n)]
    r = 0
    for b in (8, 16, 32, 64):
        t = time.process_time()
        for i in range(0, n, b): f(texts[i:i+b])
        r = max(r, n / (time.process_time() - t))
    return r
print(f"local/all-minilm-l6-v2 short_ms={one(m.embed, SHORT, 60)} long_ms={one(m.embed, LONG, 20)} texts_per_cpu_s={best(m.embed, 500):.0f}")
f = lambda t: p.encode(t, max_length=None, use_multiprocessing=False)
texts = [f"{SHORT} {i}" for i in range(50000)]
t = time.process_time(); f(texts); r = 50000 / (time.process_time() - t)
print(f"local/potion-base-8m short_ms={one(f, SHORT, 3000)} long_ms={one(f, LONG, 1000)} texts_per_cpu_s={r:.0f}")
