#!/usr/bin/env python3
"""Blocks of every quantised GGUF type and the numbers they mean, from llama.cpp itself.

Run once, with the libraries of npm's @node-llama-cpp/linux-x64 3.22.1 (llama.cpp's prebuilt ggml):

    python3 tests/oracle/gguf_blocks.py BINS/libggml-base.so > tests/oracle/gguf_blocks.json

Values come from an integer hash. Each entry holds the values, the bytes that ggml makes of them, and what ggml reads
from those bytes.
"""
import ctypes
import json
import sys

TYPES = {"Q4_0": 2, "Q4_1": 3, "Q5_0": 6, "Q8_0": 8, "Q4_K": 12, "Q5_K": 13, "Q6_K": 14}
COUNT = 512
ggml = ctypes.CDLL(sys.argv[1])
ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
ggml.ggml_row_size.restype = ctypes.c_size_t
ggml.ggml_row_size.argtypes = [ctypes.c_int, ctypes.c_int64]
ggml.ggml_quantize_chunk.argtypes = [
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]


def values(seed):
    state, result = seed, []
    for i in range(COUNT):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        result.append(((state >> 8) / (1 << 24) - 0.5) * (1 + i // 32 % 5))
    return (ctypes.c_float * COUNT)(*result)


entries = []
for seed, (name, number) in enumerate(TYPES.items()):
    source = values(seed)
    size = ggml.ggml_row_size(number, COUNT)
    packed = (ctypes.c_uint8 * size)()
    assert ggml.ggml_quantize_chunk(number, source, packed, 0, 1, COUNT, None) == size
    read = (ctypes.c_float * COUNT)()
    decode = getattr(ggml, f"dequantize_row_{name.lower().replace('_k', '_K')}")
    decode.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    decode(packed, read, COUNT)
    entries.append({"type": name, "values": list(source), "bytes": bytes(packed).hex(), "read": list(read)})

print(json.dumps(entries, separators=(",", ":")))
