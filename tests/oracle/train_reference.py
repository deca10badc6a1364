#!/usr/bin/env python3
"""Reference numbers for the trainer, from an implementation that shares nothing with it.

Run once, with Debian's PyTorch (apt-get install python3-torch, version 1.13):

    /usr/bin/python3 tests/oracle/train_reference.py > tests/oracle/train_reference.json

Two short runs of AdamW, one over all parameters and one over a LoRA adapter, by autograd in float64. Weights and
batches come from an integer hash that TrainReferenceTests.cs computes too. The file holds the loss and the gradient
norm of every step, and of every final tensor its sum, its sum of squares and a few of its values.
"""
import json

import numpy as np
import torch

torch.set_num_threads(1)
VOCABULARY, HIDDEN, INNER, LAYERS, HEADS, KV_HEADS, HEAD = 61, 24, 40, 2, 4, 2, 8
EPSILON, THETA, STEPS = 1e-5, 10000.0, 20
RANK, ALPHA = 4, 8.0
ROWS = [17, 40, 6]


def mixed(salt, count):
    """32 well-mixed bits for each index below count, as integers in float64."""
    x = ((np.arange(1, count + 1, dtype=np.uint64) * 0x9E3779B1) ^ ((salt + 1) * 0x85EBCA77)) & 0xFFFFFFFF
    x = ((x ^ (x >> np.uint64(15))) * 0x2C1B3C6D) & 0xFFFFFFFF
    x = ((x ^ (x >> np.uint64(12))) * 0x297A2D39) & 0xFFFFFFFF
    return x ^ (x >> np.uint64(15))


def uniform(salt, count, center, spread):
    """Values of float32 precision, kept in float64."""
    values = center + spread * (mixed(salt, count).astype(np.float64) / 2.0**32 * 2 - 1)
    return torch.tensor(values.astype(np.float32).astype(np.float64))


class Names:
    """Creates tensors in a fixed order; the order is the salt of the hash."""

    def __init__(self):
        self.tensors = {}

    def matrix(self, name, rows, columns):
        spread = 1.5 / np.sqrt(columns)
        self.tensors[name] = uniform(len(self.tensors), rows * columns, 0, spread).reshape(rows, columns)

    def vector(self, name, size, center, spread):
        self.tensors[name] = uniform(len(self.tensors), size, center, spread)


def linears(layer):
    p = f"model.layers.{layer}."
    return [
        (p + "self_attn.q_proj", HEADS * HEAD, HIDDEN),
        (p + "self_attn.k_proj", KV_HEADS * HEAD, HIDDEN),
        (p + "self_attn.v_proj", KV_HEADS * HEAD, HIDDEN),
        (p + "self_attn.o_proj", HIDDEN, HEADS * HEAD),
        (p + "mlp.gate_proj", INNER, HIDDEN),
        (p + "mlp.up_proj", INNER, HIDDEN),
        (p + "mlp.down_proj", HIDDEN, INNER),
    ]


def base_weights():
    n = Names()
    n.matrix("model.embed_tokens.weight", VOCABULARY, HIDDEN)
    for layer in range(LAYERS):
        p = f"model.layers.{layer}."
        n.vector(p + "input_layernorm.weight", HIDDEN, 1, 0.3)
        n.vector(p + "post_attention_layernorm.weight", HIDDEN, 1, 0.3)
        for name, rows, columns in linears(layer):
            n.matrix(name + ".weight", rows, columns)
            if name[-6:] in ("q_proj", "k_proj", "v_proj"):
                n.vector(name + ".bias", rows, 0, 0.5)
        n.vector(p + "self_attn.q_norm.weight", HEAD, 1, 0.3)
        n.vector(p + "self_attn.k_norm.weight", HEAD, 1, 0.3)
    n.vector("model.norm.weight", HIDDEN, 1, 0.3)
    return n.tensors


def adapter_weights():
    tensors = {}
    for layer in range(LAYERS):
        for name, rows, columns in linears(layer):
            a = uniform(1000 + len(tensors), RANK * columns, 0, 1 / np.sqrt(columns)).reshape(RANK, columns)
            tensors[f"base_model.model.{name}.lora_A.weight"] = a
            tensors[f"base_model.model.{name}.lora_B.weight"] = torch.zeros(rows, RANK, dtype=torch.float64)
    return tensors


def rms_norm(x, weight):
    return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON) * weight


def linear(w, name, x):
    y = x @ w[name + ".weight"].T
    if name + ".bias" in w:
        y = y + w[name + ".bias"]
    a = w.get(f"base_model.model.{name}.lora_A.weight")
    if a is not None:
        y = y + (x @ a.T) @ w[f"base_model.model.{name}.lora_B.weight"].T * (ALPHA / RANK)
    return y


def rotate(x):
    """x: [heads, tokens, HEAD]; the half-split rotation of Hugging Face's apply_rotary_pos_emb."""
    frequencies = THETA ** (-torch.arange(0, HEAD, 2, dtype=torch.float64) / HEAD)
    angles = torch.outer(torch.arange(x.shape[1], dtype=torch.float64), frequencies)
    angles = torch.cat([angles, angles], -1)
    turned = torch.cat([-x[..., HEAD // 2 :], x[..., : HEAD // 2]], -1)
    return x * angles.cos() + turned * angles.sin()


def attention(w, p, x):
    tokens = x.shape[0]
    split = lambda name, heads: linear(w, p + name, x).reshape(tokens, heads, HEAD)
    q = rms_norm(split("q_proj", HEADS), w[p + "q_norm.weight"]).transpose(0, 1)
    k = rms_norm(split("k_proj", KV_HEADS), w[p + "k_norm.weight"]).transpose(0, 1)
    v = split("v_proj", KV_HEADS).transpose(0, 1)
    q, k = rotate(q), rotate(k)
    k = k.repeat_interleave(HEADS // KV_HEADS, 0)
    v = v.repeat_interleave(HEADS // KV_HEADS, 0)
    scores = q @ k.transpose(1, 2) / np.sqrt(HEAD)
    scores = scores.masked_fill(torch.ones(tokens, tokens).triu(1).bool(), -torch.inf)
    out = torch.softmax(scores, -1) @ v
    return linear(w, p + "o_proj", out.transpose(0, 1).reshape(tokens, HEADS * HEAD))


def row_logits(w, tokens):
    x = w["model.embed_tokens.weight"][tokens]
    for layer in range(LAYERS):
        p = f"model.layers.{layer}."
        x = x + attention(w, p + "self_attn.", rms_norm(x, w[p + "input_layernorm.weight"]))
        y = rms_norm(x, w[p + "post_attention_layernorm.weight"])
        gate = torch.nn.functional.silu(linear(w, p + "mlp.gate_proj", y))
        x = x + linear(w, p + "mlp.down_proj", gate * linear(w, p + "mlp.up_proj", y))
    return rms_norm(x, w["model.norm.weight"]) @ w["model.embed_tokens.weight"].T


def batch(step):
    """Four batches in turn; of each row every token but the first may be learned, two in three are."""
    count = sum(ROWS)
    tokens = mixed(2000 + step % 4, count).astype(np.int64) % VOCABULARY
    learned = mixed(3000 + step % 4, count) % 3 != 0
    return tokens, learned


def batch_loss(w, step):
    tokens, learned = batch(step)
    total, count, start = 0, 0, 0
    for length in ROWS:
        row, mask = torch.tensor(tokens[start : start + length]), torch.tensor(learned[start + 1 : start + length])
        losses = torch.nn.functional.cross_entropy(row_logits(w, row)[:-1], row[1:], reduction="none")
        total, count = total + losses[mask].sum(), count + int(mask.sum())
        start += length
    return total / count


def run(frozen, trained):
    for t in trained.values():
        t.requires_grad_(True)
    decayed = [t for t in trained.values() if t.dim() == 2]
    plain = [t for t in trained.values() if t.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
        lr=3e-3, betas=(0.9, 0.95), eps=1e-8,
    )
    losses, norms = [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - 0.5 * step / STEPS)
        optimizer.zero_grad()
        loss = batch_loss({**frozen, **trained}, step)
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(list(trained.values()), 1.0)))
        losses.append(loss.item())
        optimizer.step()
    return {"losses": losses, "gradientNorms": norms, "tensors": {n: summary(t) for n, t in trained.items()}}


def summary(tensor):
    flat = tensor.detach().reshape(-1)
    step = max(1, len(flat) // 5)
    return {
        "sum": flat.sum().item(),
        "sumOfSquares": flat.pow(2).sum().item(),
        "step": step,
        "values": [flat[i].item() for i in range(0, len(flat), step)],
    }


runs = {"full": run({}, base_weights()), "lora": run(base_weights(), adapter_weights())}
print(json.dumps({"torch": torch.__version__, **runs}, indent=1))
