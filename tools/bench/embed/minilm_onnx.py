"""MiniLM as an ONNX graph from its safetensors, with onnxruntime's fused operators (Attention, SkipLayerNormalization, BiasGelu)."""
import sys
import numpy as np
import onnx
from onnx import TensorProto as T, helper as h, numpy_helper as nh
from safetensors.numpy import load_file


def build(folder, out):
    w = load_file(f"{folder}/model.safetensors")
    nodes, inits = [], []
    def const(name, a):
        inits.append(nh.from_array(np.ascontiguousarray(a), name)); return name
    def node(op, ins, outs, domain="", **kw):
        nodes.append(h.make_node(op, ins, outs, domain=domain, **kw)); return outs[0]
    MS = "com.microsoft"
    e = "embeddings."
    const("word", w[e + "word_embeddings.weight"])
    const("pos", w[e + "position_embeddings.weight"] + w[e + "token_type_embeddings.weight"][0])
    node("Gather", ["word", "ids"], ["we"])
    node("Shape", ["ids"], ["shape"])
    node("Gather", ["shape", const("one", np.array([1], np.int64))], ["len"])
    const("ax0", np.array([0], np.int64))
    node("Slice", ["pos", const("zero", np.array([0], np.int64)), "len", "ax0"], ["pe"])
    node("Add", ["we", "pe"], ["sum"])
    x = node("LayerNormalization", ["sum", const("eg", w[e + "LayerNorm.weight"]), const("eb", w[e + "LayerNorm.bias"])], ["x0"], epsilon=1e-12)
    node("Cast", ["mask"], ["mask32"], to=T.INT32)
    for i in range(6):
        p = f"encoder.layer.{i}."
        qkv = np.concatenate([w[p + f"attention.self.{n}.weight"].T for n in ("query", "key", "value")], 1)
        bias = np.concatenate([w[p + f"attention.self.{n}.bias"] for n in ("query", "key", "value")])
        a = node("Attention", [x, const(f"qkv{i}", qkv), const(f"qb{i}", bias), "mask32"], [f"a{i}"], MS, num_heads=12)
        o = node("MatMul", [a, const(f"ow{i}", w[p + "attention.output.dense.weight"].T)], [f"o{i}"])
        x = node("SkipLayerNormalization", [o, x, const(f"g1{i}", w[p + "attention.output.LayerNorm.weight"]), const(f"b1{i}", w[p + "attention.output.LayerNorm.bias"]), const(f"ob{i}", w[p + "attention.output.dense.bias"])], [f"y{i}"], MS, epsilon=1e-12)
        u = node("MatMul", [x, const(f"uw{i}", w[p + "intermediate.dense.weight"].T)], [f"u{i}"])
        g = node("BiasGelu", [u, const(f"ub{i}", w[p + "intermediate.dense.bias"])], [f"g{i}"], MS)
        d = node("MatMul", [g, const(f"dw{i}", w[p + "output.dense.weight"].T)], [f"d{i}"])
        x = node("SkipLayerNormalization", [d, x, const(f"g2{i}", w[p + "output.LayerNorm.weight"]), const(f"b2{i}", w[p + "output.LayerNorm.bias"]), const(f"db{i}", w[p + "output.dense.bias"])], [f"x{i+1}"], MS, epsilon=1e-12)
    g = h.make_graph(nodes, "minilm", [h.make_tensor_value_info(n, T.INT64, ["b", "n"]) for n in ("ids", "mask")], [h.make_tensor_value_info(x, T.FLOAT, ["b", "n", 384])], inits)
    onnx.save(h.make_model(g, opset_imports=[h.make_opsetid("", 17), h.make_opsetid(MS, 1)], ir_version=9), out)


class MiniLm:
    def __init__(self, folder, path, threads=1):
        import onnxruntime as ort
        from tokenizers import Tokenizer
        o = ort.SessionOptions(); o.intra_op_num_threads = threads; o.inter_op_num_threads = 1
        self.s = ort.InferenceSession(path, o, providers=["CPUExecutionProvider"])
        self.t = Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.t.enable_truncation(256); self.t.enable_padding(); 
        self.t.enable_padding(pad_id=0, pad_token="[PAD]")

    def embed(self, texts):
        e = self.t.encode_batch(texts)
        ids = np.array([x.ids for x in e], np.int64); mask = np.array([x.attention_mask for x in e], np.int64)
        y = self.s.run(None, {"ids": ids, "mask": mask})[0]
        m = mask[:, :, None].astype(np.float32)
        v = (y * m).sum(1) / m.sum(1)
        return v / np.linalg.norm(v, axis=1, keepdims=True)


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2])
