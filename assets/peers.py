#!/usr/bin/env python3
"""The PyTorch side of `unroll bench --peers`: updates per second with the temporal norms of every block.

    peers.py --row A --seconds 2      one JSON line {"row": "A", "way": "…", "updates_per_s": …}
    peers.py --serve                  reads lines "ROW SECONDS", answers each with such a line (the first request for
                                      a row also finds its fastest way, which takes a few seconds more)
    peers.py --check                  all ways give the same loss, norms and gradients; exit status 1 otherwise
    peers.py --all --seconds 2        every way of every row

One update is forward, backward, the Frobenius norms of the gradient with respect to every step's replica of W_ih, W_hh,
b (for the GRU b_ih and b_hh) and of the readout's W and b, and a step of SGD: adding problem (two inputs, one output,
mse at the last step), float32, one thread. The norms need the gradient of every step, which no fused call of PyTorch
returns, so there is more than one way to get them from autograd; the answer names the fastest:

    replicas   a Python loop over parameters that are leaves of shape (T, …), one replica per step
    loop       a Python loop with the input projections (T, B, gH) as the leaf: their gradient is that of the
               pre-activations, and the gradients of the replicas are products with h and x
    fused      torch.rnn_tanh, torch.lstm or torch.gru over the same leaf (its W_ih is the identity)

The last two compute the norms from batched products (bmm), or from ‖δᵀh‖² = Σ (δδᵀ) ⊙ (hhᵀ) (gram).
A loop compiled by torch.jit.script was slower than the plain one on every row, and is not here.
The batch is made once, not at every update, and denormal numbers are flushed to zero; both favour PyTorch.
"""
import argparse
import json
import sys
import time

try:
    import torch
except ImportError:
    print(json.dumps({"error": "no module named torch; on Debian: apt-get install python3-torch"}))
    sys.exit(2)

torch.set_num_threads(1)
torch.set_flush_denormal(True)

# name: cell, H, B, T
ROWS = {
    "A": ("rnn", 100, 20, 100),
    "B": ("rnn", 50, 32, 200),
    "C": ("rnn", 128, 64, 400),
    "D": ("rnn", 16, 8, 50),
    "LSTM": ("lstm", 100, 20, 100),
    "GRU": ("gru", 100, 20, 100),
}
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
INPUTS = 2
LR = 1e-3


class Net:
    """Parameters (flat dict of tensors) and one batch of the adding problem."""

    def __init__(self, row, dtype=torch.float32):
        self.cell, self.H, self.B, self.T = ROWS[row]
        rng = torch.Generator().manual_seed(1)
        gH = GATES[self.cell] * self.H
        draw = lambda *shape: torch.randn(shape, generator=rng, dtype=torch.float64).to(dtype)
        self.p = {"W_ih": 0.1 * draw(gH, INPUTS), "W_hh": draw(gH, self.H) / self.H ** 0.5, "b": 0.1 * draw(gH),
                  "V": 0.1 * draw(1, self.H), "c": torch.zeros(1, dtype=dtype)}
        if self.cell == "gru":
            self.p["b_hh"] = 0.1 * draw(gH)
        marks = torch.zeros(self.T, self.B, dtype=dtype)
        for half in (0, self.T // 2):
            marks[half + torch.randint(self.T // 2, (self.B,), generator=rng), torch.arange(self.B)] = 1
        values = torch.rand(self.T, self.B, generator=rng, dtype=torch.float64).to(dtype)
        self.x = torch.stack((values, marks), -1)  # (T, B, 2)
        self.y = (values * marks).sum(0).unsqueeze(-1)  # (B, 1)
        self.h0 = torch.zeros(self.B, self.H, dtype=dtype)
        self.eye = torch.eye(gH, dtype=dtype)

    def descend(self, grad):
        for name, g in grad.items():
            self.p[name].sub_(g, alpha=LR)


# ---- one step of the cells: a is the input's share of the pre-activations, W = W_hhᵀ ----

def rnn_step(a, h, c, W, b_hh):
    return torch.addmm(a, h, W).tanh(), c


def lstm_step(a, h, c, W, b_hh):
    i, f, g, o = torch.addmm(a, h, W).chunk(4, 1)
    c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
    return o.sigmoid() * c.tanh(), c


def gru_step(a, h, c, W, b_hh):
    ar, az, an = a.chunk(3, 1)  # chunk: the gradient of a slice would be a tensor of zeros each
    ur, uz, un = torch.addmm(b_hh, h, W).chunk(3, 1)
    z = (az + uz).sigmoid()
    n = torch.addcmul(an, (ar + ur).sigmoid(), un).tanh()
    return n + z * (h - n), c


STEP = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


# ---- the ways: each returns loss, {block: norms (T)}, {block: gradient} ----

def replicas(net):
    T, p = net.T, {k: v.expand(net.T, *v.shape).contiguous().requires_grad_(True) for k, v in net.p.items()}
    W_ih, W_hh, b, V, c_out = (p[k].unbind(0) for k in ("W_ih", "W_hh", "b", "V", "c"))
    b_hh = p["b_hh"].unbind(0) if "b_hh" in p else [None] * T
    step, h, c = STEP[net.cell], net.h0, net.h0
    for t, x in enumerate(net.x.unbind(0)):
        h, c = step(torch.addmm(b[t], x, W_ih[t].t()), h, c, W_hh[t].t(), b_hh[t])
    loss = (torch.addmm(c_out[-1], h, V[-1].t()) - net.y).square().mean()
    grads = dict(zip(p, torch.autograd.grad(loss, list(p.values()))))
    norm = {k: g.flatten(1).norm(dim=1) for k, g in grads.items()}
    return loss.detach(), norm, {k: g.sum(0) for k, g in grads.items()}


def project(net):
    """The input's share of the pre-activations of all steps, (T, B, gH), as a leaf."""
    return torch.addmm(net.p["b"], net.x.flatten(0, 1), net.p["W_ih"].t()).view(net.T, net.B, -1).requires_grad_(True)


def loop(net, norms):
    a, W = project(net), net.p["W_hh"].t()
    step, b_hh, h, c, states = STEP[net.cell], net.p.get("b_hh"), net.h0, net.h0, [net.h0]
    for a_t in a.unbind(0):
        h, c = step(a_t, h, c, W, b_hh)
        states.append(h)
    return finish(net, norms, a, torch.stack(states).detach(), h)


def fused(net, norms):
    a, h0 = project(net), net.h0.unsqueeze(0)
    zero = torch.zeros_like(net.p["b"])
    weights = [net.eye, net.p["W_hh"], zero, net.p.get("b_hh", zero)]
    options = (True, 1, 0.0, True, False, False)  # biases, layers, dropout, train, bidirectional, batch first
    if net.cell == "lstm":
        out = torch.lstm(a, (h0, h0), weights, *options)[0]
    else:
        out = (torch.rnn_tanh if net.cell == "rnn" else torch.gru)(a, h0, weights, *options)[0]
    return finish(net, norms, a, torch.cat((h0, out.detach())), out[-1])


def finish(net, norms, a, states, h):
    """Readout and backward, then norms and gradients from δ (T, B, gH) and the states h_0 … h_T (T + 1, B, H)."""
    T, H, p = net.T, net.H, net.p
    last = h.detach().requires_grad_(True)
    z = torch.addmm(p["c"], last, p["V"].t())
    loss = (z - net.y).square().mean()
    dz = (z.detach() - net.y) * (2 / net.B)
    delta, = torch.autograd.grad(h, a, dz @ p["V"])
    back = states[:-1]  # h_{t−1}
    delta_hh = delta
    if net.cell == "gru":  # the recurrent part of n is multiplied by r
        r = (a.detach()[..., :H] + torch.nn.functional.linear(back, p["W_hh"][:H], p["b_hh"][:H])).sigmoid_()
        delta_hh = torch.cat((delta[..., :2 * H], delta[..., 2 * H:] * r), -1)
    sums = {"b": delta.sum(1)} if net.cell != "gru" else {"b": delta.sum(1), "b_hh": delta_hh.sum(1)}
    grad = {k: s.sum(0) for k, s in sums.items()}
    norm = {k: s.norm(dim=1) for k, s in sums.items()}
    for name, d, other in (("W_ih", delta, net.x), ("W_hh", delta_hh, back)):
        norm[name], grad[name] = norms(d, other)
    grad["V"], grad["c"] = dz.t() @ last.detach(), dz.sum(0)
    for k in ("V", "c"):  # the readout's replicas before the last step have no gradient
        norm[k] = torch.zeros(T, dtype=a.dtype)
        norm[k][-1] = grad[k].norm()
    return loss.detach(), norm, grad


def bmm(d, h):
    G = torch.bmm(d.transpose(1, 2), h)
    return G.flatten(1).norm(dim=1), G.sum(0)


def gram(d, h):
    product = torch.bmm(d, d.transpose(1, 2)) * torch.bmm(h, h.transpose(1, 2))
    return product.sum((1, 2)).clamp_(min=0).sqrt_(), d.flatten(0, 1).t() @ h.flatten(0, 1)


WAYS = {
    "replicas": replicas,
    "loop, bmm": lambda net: loop(net, bmm),
    "loop, gram": lambda net: loop(net, gram),
    "fused, bmm": lambda net: fused(net, bmm),
    "fused, gram": lambda net: fused(net, gram),
}


# ---- measuring ----

def rate(net, way, seconds):
    """Updates per second over at least `seconds` and two updates."""
    start, n = time.perf_counter(), 0
    while n < 2 or time.perf_counter() - start < seconds:
        net.descend(WAYS[way](net)[2])
        n += 1
    return n / (time.perf_counter() - start)


def report(row, way, updates_per_s):
    return json.dumps({"row": row, "way": way, "updates_per_s": round(updates_per_s, 3)})


class Runner:
    """A net per row, and the way that was fastest on it."""

    def __init__(self):
        self.net, self.best = {}, {}

    def fastest(self, row):
        if row not in self.best:
            net = self.net[row] = Net(row)
            for way in WAYS:
                WAYS[way](net)
            self.best[row] = max(WAYS, key=lambda way: rate(net, way, 0.3))
        return self.best[row]

    def answer(self, row, seconds):
        way = self.fastest(row)
        return report(row, way, rate(self.net[row], way, seconds))


def check():
    """Every way against `replicas` in float64, which is the definition."""
    good = True
    for row in ROWS:
        net = Net(row, torch.float64)
        loss, norms, grads = replicas(net)
        for way in WAYS:
            other = WAYS[way](net)
            pairs = [(loss, other[0])]
            pairs += [(norms[k], other[1][k]) for k in norms] + [(grads[k], other[2][k]) for k in grads]
            error = float(torch.stack([(u - v).abs().max() / u.abs().max() for u, v in pairs]).max())  # NaN stays NaN
            print("%-5s %-12s largest relative difference %.1e" % (row, way, error))
            good = good and error < 1e-9
    return 0 if good else 1


def serve():
    runner = Runner()
    for line in sys.stdin:
        words = line.split()
        try:
            row, seconds = words[0], float(words[1])
            reply = runner.answer(row, seconds) if row in ROWS else json.dumps({"error": "rows: " + " ".join(ROWS)})
        except (IndexError, ValueError):
            reply = json.dumps({"error": "expected: ROW SECONDS"})
        print(reply, flush=True)
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--row", choices=list(ROWS))
    p.add_argument("--seconds", type=float, default=2)
    p.add_argument("--serve", action="store_true")
    p.add_argument("--check", action="store_true")
    p.add_argument("--all", action="store_true")
    a = p.parse_args()
    if a.check:
        return check()
    if a.serve:
        return serve()
    if a.all:
        for row in ROWS:
            for way in WAYS:
                net = Net(row)
                WAYS[way](net)
                print(report(row, way, rate(net, way, a.seconds)), flush=True)
        return 0
    if a.row is None:
        p.error("--row, --serve, --check or --all is needed")
    print(Runner().answer(a.row, a.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
