#!/usr/bin/env python3
"""Trains one model of the starter pair on token files written by the C# tool.

    python3 train.py --config training.json --model small --corpus DIR --out DIR --seed 1

Reads the corpus and the shapes and schedule in training.json; writes weights.bin (little-endian fp32, one tensor after the other),
weights.json (name, shape, offset in bytes, shape of the model) and report.json (held-out numbers). Everything else of the starter pair is C#.
Needs Python 3.9+, NumPy and PyTorch 1.13 or newer. Interrupted runs continue from OUT/checkpoint.pt.
"""
import argparse
import json
import math
import os
import signal
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

NORM_EPSILON = 1e-5
ROPE_THETA = 10000.0


class Corpus:
    """One token file set: ids, which ids are to be predicted, where each conversation ends, and its task."""

    def __init__(self, folder, name):
        def read(extension, kind):
            return np.fromfile(os.path.join(folder, f"{name}.{extension}"), dtype=kind)

        self.ids = read("ids", "<u2").astype(np.int64)
        self.loss = read("loss", np.uint8).astype(bool)
        self.ends = read("ends", "<u4").astype(np.int64)
        self.tasks = read("tasks", np.uint8)
        self.starts = np.concatenate([[0], self.ends[:-1]])
        self.lengths = self.ends - self.starts

    def __len__(self):
        return len(self.ends)

    def batch(self, rows):
        """Inputs and targets, right-padded; targets are -1 where nothing is to be predicted."""
        width = int(self.lengths[rows].max()) - 1
        inputs = np.zeros((len(rows), width), dtype=np.int64)
        targets = np.full((len(rows), width), -1, dtype=np.int64)
        for line, row in enumerate(rows):
            start, end = self.starts[row], self.ends[row]
            inputs[line, : end - start - 1] = self.ids[start : end - 1]
            targets[line, : end - start - 1] = np.where(self.loss[start + 1 : end], self.ids[start + 1 : end], -1)
        return torch.from_numpy(inputs), torch.from_numpy(targets)


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + NORM_EPSILON) * self.weight


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads, self.kv_heads = shape["heads"], shape["kvHeads"]
        self.head_width = shape["hidden"] // self.heads
        self.qkv_proj = nn.Linear(shape["hidden"], (self.heads + 2 * self.kv_heads) * self.head_width, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_width, shape["hidden"], bias=False)

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        packed = self.qkv_proj(x).view(batch, length, self.heads + 2 * self.kv_heads, self.head_width).transpose(1, 2)
        q, k, v = packed.split([self.heads, self.kv_heads, self.kv_heads], dim=1)
        rotated = torch.cat([q, k], dim=1)
        first, second = rotated.chunk(2, dim=-1)
        rotated = rotated * cos + torch.cat([-second, first], dim=-1) * sin
        q, k = rotated.split([self.heads, self.kv_heads], dim=1)
        group = self.heads // self.kv_heads
        # Query heads of a group share one key/value head: fold the group into the query length instead of copying keys.
        q = q.reshape(batch, self.kv_heads, group * length, self.head_width)
        scores = (q @ k.transpose(-1, -2)).view(batch, self.kv_heads, group, length, length) / math.sqrt(self.head_width)
        weights = torch.softmax(scores + mask, dim=-1).view(batch, self.kv_heads, group * length, length)
        mixed = (weights @ v).view(batch, self.heads, length, self.head_width)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class Mlp(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_up_proj = nn.Linear(shape["hidden"], 2 * shape["intermediate"], bias=False)
        self.down_proj = nn.Linear(shape["intermediate"], shape["hidden"], bias=False)

    def forward(self, x):
        gate, up = self.gate_up_proj(x).chunk(2, dim=-1)
        return self.down_proj(F.silu(gate) * up)


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.input_layernorm = RmsNorm(shape["hidden"])
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = RmsNorm(shape["hidden"])
        self.mlp = Mlp(shape)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape["vocabulary"], shape["hidden"])
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape["layers"]))
        self.norm = RmsNorm(shape["hidden"])


class Model(nn.Module):
    """The Phi-3 shape; parameter names are those of HuggingFace checkpoints."""

    def __init__(self, shape):
        super().__init__()
        self.model = Body(shape)
        self.lm_head = None if shape["tied"] else nn.Linear(shape["hidden"], shape["vocabulary"], bias=False)
        width = shape["hidden"] // shape["heads"]
        inverse = ROPE_THETA ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
        angles = torch.outer(torch.arange(shape["context"], dtype=torch.float64), inverse)
        angles = torch.cat([angles, angles], dim=-1)
        self.register_buffer("cos", angles.cos().float(), persistent=False)
        self.register_buffer("sin", angles.sin().float(), persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 if "embed" in name else (0.5 if deep else 1.0) / math.sqrt(parameter.shape[1]))

    def forward(self, ids, targets=None):
        """Logits everywhere, or, given targets, only where there is something to predict."""
        length = ids.shape[1]
        mask = torch.full((length, length), float("-inf")).triu(1)
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, self.cos[:length], self.sin[:length], mask)
        x = self.model.norm(x)
        if targets is not None:
            x = x[targets >= 0]
        return F.linear(x, self.model.embed_tokens.weight if self.lm_head is None else self.lm_head.weight)


class Muon:
    """Momentum, made orthogonal by Newton-Schulz steps, for the matrices inside the layers (Jordan et al., 2024)."""

    def __init__(self, parameters, half, momentum=0.95, steps=4):
        self.parameters, self.half, self.momentum, self.steps = list(parameters), half, momentum, steps
        self.buffers = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self, rate, decay):
        for parameter, buffer in zip(self.parameters, self.buffers):
            buffer.mul_(self.momentum).add_(parameter.grad)
            update = parameter.grad.add(buffer, alpha=self.momentum)
            tall = update.shape[0] > update.shape[1]
            x = update.t() if tall else update
            x = x / (x.norm() + 1e-7)
            x = x.bfloat16() if self.half else x
            for _ in range(self.steps):
                gram = x @ x.t()
                x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
            scale = math.sqrt(max(1.0, parameter.shape[0] / parameter.shape[1]))
            parameter.mul_(1 - rate * decay).add_((x.t() if tall else x).float(), alpha=-rate * scale)


@torch.no_grad()
def teacher_forced(model, corpus, tasks):
    """Fraction of answers whose every token is the most likely one: exactly the answers greedy decoding gets right."""
    right = np.zeros(len(corpus), dtype=bool)
    order = np.argsort(corpus.lengths, kind="stable")
    for first in range(0, len(order), 100):
        rows = order[first : first + 100]
        inputs, targets = corpus.batch(rows)
        hits = model(inputs, targets).argmax(-1) == targets[targets >= 0]
        line = torch.nonzero(targets >= 0)[:, 0]
        right[rows] = (torch.zeros(len(rows)).index_add(0, line, (~hits).float()) == 0).numpy()
    return {task: float(right[corpus.tasks == i].mean()) for i, task in enumerate(tasks) if (corpus.tasks == i).any()}


@torch.no_grad()
def greedy(model, corpus, end, limit=40):
    """Answers each single-turn prompt alone; returns (right, mean log-probability of the tokens said) per row."""
    right, confidence = np.zeros(len(corpus), dtype=bool), np.zeros(len(corpus))
    for row in range(len(corpus)):
        ids = corpus.ids[corpus.starts[row] : corpus.ends[row]]
        expected = ids[corpus.loss[corpus.starts[row] : corpus.ends[row]]].tolist()
        context, said, total = ids[: len(ids) - len(expected)].tolist(), [], 0.0
        while len(said) < limit:
            logits = torch.log_softmax(model(torch.tensor([context + said]))[0, -1], -1)
            token = int(logits.argmax())
            total += float(logits[token])
            said.append(token)
            if token == end:
                break
        right[row], confidence[row] = said == expected, total / len(said)
    return right, confidence


@torch.no_grad()
def write_reference(model, corpus, folder):
    """The log-probabilities at every answer token of the test set, for comparing the exported graph."""
    with open(os.path.join(folder, "reference.bin"), "wb") as file:
        for row in range(len(corpus)):
            inputs, targets = corpus.batch(np.array([row]))
            file.write(torch.log_softmax(model(inputs, targets), -1).numpy().astype("<f4").tobytes())


def auroc(positive, negative):
    """The chance that a right answer is more confident than a wrong one; ties count half."""
    if len(positive) == 0 or len(negative) == 0:
        return None
    negative = np.sort(negative)
    below, upto = np.searchsorted(negative, positive, "left"), np.searchsorted(negative, positive, "right")
    return float((below + upto).sum() / 2 / len(positive) / len(negative))


def batches(corpus, first, count, tokens, seed, pool):
    """Conversations first..first+count in pools sorted by length, cut into batches of about `tokens` ids, shuffled within a pool."""
    rng = np.random.default_rng(seed)
    for start in range(first, first + count, pool):
        rows = np.arange(start, min(start + pool, first + count))
        rows = rows[np.lexsort((rng.random(len(rows)), corpus.lengths[rows]))]
        cut, current = [], []
        for row in rows:
            if current and (len(current) + 1) * corpus.lengths[row] > tokens:
                cut.append(np.array(current))
                current = []
            current.append(row)
        cut.append(np.array(current))
        rng.shuffle(cut)
        yield from cut


def multiplies_half_precision():
    """Whether the processor has instructions for bfloat16 products; emulating them would be slower than fp32."""
    try:
        with open("/proc/cpuinfo") as file:
            flags = file.read()
        return "avx512_bf16" in flags or "amx_bf16" in flags
    except OSError:
        return False


def write_weights(model, shape, folder):
    index, offset = [], 0
    with open(os.path.join(folder, "weights.bin.part"), "wb") as file:
        for name, parameter in model.named_parameters():
            data = parameter.detach().numpy().astype("<f4").tobytes()
            index.append({"name": name, "shape": list(parameter.shape), "offset": offset})
            offset += len(data)
            file.write(data)
    os.replace(os.path.join(folder, "weights.bin.part"), os.path.join(folder, "weights.bin"))
    with open(os.path.join(folder, "weights.json"), "w") as file:
        json.dump({"shape": shape, "tensors": index}, file, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], help="override a schedule value, as conversations=20000")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    with open(options.config) as file:
        config = json.load(file)[options.model]
    with open(os.path.join(options.corpus, "corpus.json")) as file:
        about = json.load(file)
    shape, schedule = dict(config["shape"], vocabulary=about["vocabulary"]), dict(config["schedule"])
    for override in options.set:
        key, value = override.split("=")
        target = schedule if key in schedule else shape
        target[key] = type(target[key])(float(value))
    os.makedirs(options.out, exist_ok=True)

    train, development, test = (Corpus(options.corpus, name) for name in ("train", "development", "test"))
    count = schedule["conversations"]
    if count > len(train):
        sys.exit(f"{options.model} wants {count} conversations; {options.corpus} holds {len(train)}. Generate a larger corpus.")
    model = Model(shape)
    inner = [p for n, p in model.named_parameters() if p.dim() == 2 and "layers" in n]
    outer = [p for n, p in model.named_parameters() if not (p.dim() == 2 and "layers" in n)]
    half = schedule["halfPrecision"] and multiplies_half_precision()
    muon = Muon(inner, half)
    adam = torch.optim.AdamW(outer, lr=schedule["adamRate"], betas=(0.9, 0.98), weight_decay=schedule["decay"])
    plan = list(batches(train, 0, count, schedule["batchTokens"], options.seed, pool=8192))
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{options.model} seed {options.seed}: {parameters / 1e6:.2f} M parameters, {count} conversations, {len(plan)} steps, {'bfloat16' if half else 'float32'} products", file=sys.stderr)

    checkpoint, step, seconds, history = os.path.join(options.out, "checkpoint.pt"), 0, 0.0, []
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint)
        if state["plan"] == (count, len(plan), shape):
            model.load_state_dict(state["model"])
            adam.load_state_dict(state["adam"])
            for buffer, saved in zip(muon.buffers, state["muon"]):
                buffer.copy_(saved)
            step, seconds, history = state["step"], state["seconds"], state["history"]
            print(f"resumed at step {step}", file=sys.stderr)

    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))

    def save():
        torch.save({"plan": (count, len(plan), shape), "model": model.state_dict(), "adam": adam.state_dict(), "muon": muon.buffers,
                    "step": step, "seconds": seconds, "history": history}, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)

    tokens, mean_loss, begun = 0, None, time.perf_counter()
    while step < len(plan) and not stopping:
        rows = plan[step]
        remaining = 1 - step / len(plan)
        factor = min(1.0, (step + 1) / schedule["warmup"], remaining / schedule["cooldown"])
        inputs, targets = train.batch(rows)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            logits = model(inputs, targets)
        loss = F.cross_entropy(logits.float(), targets[targets >= 0])
        adam.zero_grad(set_to_none=True)
        for parameter in inner:
            parameter.grad = None
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in adam.param_groups:
            group["lr"] = schedule["adamRate"] * factor
        adam.step()
        muon.step(schedule["muonRate"] * factor, schedule["decay"])
        step += 1
        mean_loss = float(loss) if mean_loss is None else 0.98 * mean_loss + 0.02 * float(loss)
        if step % schedule["reportEvery"] == 0 or step == len(plan):
            accuracy = teacher_forced(model, development, about["tasks"])
            now = time.perf_counter()
            seconds, begun = seconds + now - begun, now
            history.append({"step": step, "loss": round(mean_loss, 4), "accuracy": accuracy})
            eta = seconds / step * (len(plan) - step)
            scores = " ".join(f"{task}={100 * value:.0f}" for task, value in accuracy.items())
            print(f"step {step}/{len(plan)} loss {mean_loss:.3f} {scores} | {seconds:.0f} s, ETA {eta / 60:.1f} min", file=sys.stderr, flush=True)
            save()
    if stopping:
        save()
        print(f"stopped at step {step}; run the same command to continue", file=sys.stderr)
        sys.exit(130)

    write_weights(model, shape, options.out)
    write_reference(model, test, options.out)
    right, confidence = greedy(model, test, end=about["end"])
    hard = np.isin(test.tasks, [i for i, task in enumerate(about["tasks"]) if task in about["hard"]])
    report = {
        "model": options.model, "precision": "bfloat16" if half else "float32", "seed": options.seed, "parameters": parameters, "conversations": count, "steps": len(plan),
        "tokens": int(train.lengths[:count].sum()), "seconds": round(seconds), "history": history,
        "test": {task: float(right[test.tasks == i].mean()) for i, task in enumerate(about["tasks"])},
        "easy": float(right[~hard].mean()), "hard": float(right[hard].mean()), "auroc": auroc(confidence[right], confidence[~right]),
        "withinTask": {task: auroc(confidence[right & (test.tasks == i)], confidence[~right & (test.tasks == i)])
                       for i, task in enumerate(about["tasks"]) if task in about["hard"]},
    }
    with open(os.path.join(options.out, "report.json"), "w") as file:
        json.dump(report, file, indent=1)
    print(json.dumps({key: value for key, value in report.items() if key != "history"}), file=sys.stderr)


if __name__ == "__main__":
    main()
