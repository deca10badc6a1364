#!/usr/bin/env python3
"""Logits of small decoders in float32, from an implementation that shares nothing with the engine.

Run once, with Debian's PyTorch (apt-get install python3-torch, version 1.13):

    /usr/bin/python3 tests/oracle/decoder_reference.py > tests/oracle/decoder_reference.json

Llama's shape with plain and with stretched rotary positions, and Mistral's with a sliding window; frequencies as in
Hugging Face's modeling_rope_utils. Weights and tokens come from an integer hash that DecoderOracleTests.cs computes
too. The file holds the logits of some positions.
"""
import json
import math

import numpy as np
import torch

torch.set_num_threads(1)
VOCABULARY, HIDDEN, INNER, LAYERS, HEADS, KV_HEADS, HEAD = 61, 32, 48, 2, 4, 2, 16
EPSILON, THETA, TOKENS = 1e-5, 10000.0, 120
POSITIONS = [0, 1, 30, 63, 64, 90, 119]
CASES = {
    "plain": {},
    "linear": {"type": "linear", "factor": 4.0},
    "llama3": {"type": "llama3", "factor": 8.0, "low": 1.0, "high": 4.0, "original": 64},
    "yarn": {"type": "yarn", "factor": 4.0, "original": 32, "fast": 32.0, "slow": 1.0},
    "window": {"window": 20},
}


def mixed(salt, count):
    x = ((np.arange(1, count + 1, dtype=np.uint64) * 0x9E3779B1) ^ ((salt + 1) * 0x85EBCA77)) & 0xFFFFFFFF
    x = ((x ^ (x >> np.uint64(15))) * 0x2C1B3C6D) & 0xFFFFFFFF
    x = ((x ^ (x >> np.uint64(12))) * 0x297A2D39) & 0xFFFFFFFF
    return x ^ (x >> np.uint64(15))


def uniform(salt, shape, center, spread):
    values = center + spread * (mixed(salt, math.prod(shape)).astype(np.float64) / 2.0**32 * 2 - 1)
    return torch.tensor(values.astype(np.float32)).reshape(shape)


class Weights:
    """Tensors in the order of their use; the order is the salt of the hash."""

    def __init__(self):
        self.count = 0

    def matrix(self, rows, columns):
        self.count += 1
        return uniform(self.count - 1, (rows, columns), 0, 1.5 / math.sqrt(columns))

    def norm(self, size):
        self.count += 1
        return uniform(self.count - 1, (size,), 1, 0.3)


def frequencies(case):
    inv = 1.0 / (THETA ** (torch.arange(0, HEAD, 2, dtype=torch.float32) / HEAD))
    kind, factor = case.get("type"), case.get("factor")
    if kind == "linear":
        return inv / factor, 1.0
    if kind == "llama3":
        wave = 2 * math.pi / inv
        low_wave, high_wave = case["original"] / case["low"], case["original"] / case["high"]
        scaled = torch.where(wave > low_wave, inv / factor, inv)
        smooth = (case["original"] / wave - case["low"]) / (case["high"] - case["low"])
        smoothed = (1 - smooth) * scaled / factor + smooth * scaled
        return torch.where(~(wave < high_wave) & ~(wave > low_wave), smoothed, scaled), 1.0
    if kind == "yarn":
        def dimension(turns):
            return HEAD * math.log(case["original"] / (turns * 2 * math.pi)) / (2 * math.log(THETA))
        low, high = max(math.floor(dimension(case["fast"])), 0), min(math.ceil(dimension(case["slow"])), HEAD - 1)
        high = high + 0.001 if low == high else high
        ramp = torch.clamp((torch.arange(HEAD // 2, dtype=torch.float32) - low) / (high - low), 0, 1)
        return inv / factor * ramp + inv * (1 - ramp), 0.1 * math.log(factor) + 1.0
    return inv, 1.0


def rotate(x, case):
    """x: [heads, tokens, HEAD]"""
    inv, amplitude = frequencies(case)
    angles = torch.outer(torch.arange(x.shape[1], dtype=torch.float32), inv)
    angles = torch.cat([angles, angles], -1)
    turned = torch.cat([-x[..., HEAD // 2 :], x[..., : HEAD // 2]], -1)
    return x * angles.cos() * amplitude + turned * angles.sin() * amplitude


def rms_norm(x, weight):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON) * weight


def logits(case):
    w = Weights()
    tokens = torch.tensor(mixed(9000, TOKENS).astype(np.int64) % VOCABULARY)
    embedding = w.matrix(VOCABULARY, HIDDEN)
    row, column = torch.arange(TOKENS).unsqueeze(1), torch.arange(TOKENS).unsqueeze(0)
    hidden = (column > row) | (column <= row - case.get("window", TOKENS))
    x = embedding[tokens]
    for _ in range(LAYERS):
        attention_norm, mlp_norm = w.norm(HIDDEN), w.norm(HIDDEN)
        query, key, value = w.matrix(HEADS * HEAD, HIDDEN), w.matrix(KV_HEADS * HEAD, HIDDEN), w.matrix(KV_HEADS * HEAD, HIDDEN)
        output = w.matrix(HIDDEN, HEADS * HEAD)
        gate, up, down = w.matrix(INNER, HIDDEN), w.matrix(INNER, HIDDEN), w.matrix(HIDDEN, INNER)
        y = rms_norm(x, attention_norm)
        q = rotate((y @ query.T).reshape(TOKENS, HEADS, HEAD).transpose(0, 1), case)
        k = rotate((y @ key.T).reshape(TOKENS, KV_HEADS, HEAD).transpose(0, 1), case)
        v = (y @ value.T).reshape(TOKENS, KV_HEADS, HEAD).transpose(0, 1)
        k, v = k.repeat_interleave(HEADS // KV_HEADS, 0), v.repeat_interleave(HEADS // KV_HEADS, 0)
        scores = (q @ k.transpose(1, 2) / math.sqrt(HEAD)).masked_fill(hidden, -torch.inf)
        attended = (torch.softmax(scores, -1) @ v).transpose(0, 1).reshape(TOKENS, HEADS * HEAD)
        x = x + attended @ output.T
        y = rms_norm(x, mlp_norm)
        x = x + (torch.nn.functional.silu(y @ gate.T) * (y @ up.T)) @ down.T
    return rms_norm(x, w.norm(HIDDEN)) @ embedding.T


cases = {name: [[round(value, 6) for value in row] for row in logits(case)[POSITIONS].tolist()]
         for name, case in CASES.items()}
print(json.dumps({"torch": torch.__version__, "positions": POSITIONS, **cases}))
