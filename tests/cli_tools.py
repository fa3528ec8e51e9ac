"""What tests/cli.sh cannot see with the tools of the shell. cli_tools.py COMMAND ARGUMENT…; exit status 0 when it holds.
Only the standard library is imported until a command needs numpy."""
import io
import json
import struct
import sys
import zipfile
import zlib


def numpy():
    import numpy as np
    return np


def png(path, width, height):
    """Prints the state; every checksum and the size must be right, and the pixels complete."""
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, state, pixels, kinds = 8, "", b"", []
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        assert struct.unpack(">I", data[at + 8 + n:at + 12 + n])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            w, h, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (w, h) == (int(width), int(height)), (w, h)
        if kind == b"IDAT":
            pixels += body
        if kind == b"tEXt" and body.startswith(b"unroll\0"):
            state = body[7:].decode("latin-1")
        if kind == b"iTXt" and body.startswith(b"unroll\0"):
            state = body.split(b"\0", 5)[-1].decode()
        kinds.append(kind)
        at += 12 + n
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND", kinds
    assert len(zlib.decompress(pixels)) == h * (1 + w * (3 if colour == 2 else 4) * depth // 8)
    sys.stdout.buffer.write(state.encode())


def names(path, kind):
    rows = json.load(open(path, encoding="utf-8"))
    assert isinstance(rows, list)
    for row in rows:
        assert row["name"] and row["summary"], row
    seen = [row["name"] for row in rows]
    assert len(set(seen)) == len(seen), seen
    assert rows or kind in ("lessons", "reproductions")


def settings(path):
    """A value other than the default for every knob but the file, and a cell that has it: "NAME VALUE CELL TASK"."""
    fixed = {"loss": "mse", "output": "softmax", "form": "lecture", "variant": "irnn", "threads": "2"}
    task = {"teacher_forcing": "parity", "lag": "echo", "symbols": "copy", "input_scale": "visits",
            "w": "power", "target": "power", "b": "fixed_point", "x0": "fixed_point"}
    for knob in json.load(open(path, encoding="utf-8")):
        name, default, allowed = knob["name"], knob["default"], knob["allowed"]
        if knob["type"] == "file" or name in ("updates", "classes"):
            continue
        if knob["type"] == "choice":
            value = [c for c in allowed.split(", ") if c not in (default, "data")][-1]
        elif knob["type"] == "switch":
            value = "0" if default == "1" else "1"
        elif knob["type"] == "integer":
            least = int(allowed.split(" to ")[0])
            value = {"hidden": "5", "T": "6", "batch": "3", "kernel": "3"}.get(name, str(max(least, 2)))
        else:
            value = "0.30000000000000004" if float(allowed.split(" to ")[1]) > 0.4 else "0.3"
        cell = knob.get("cells", "").split(", ")[0] or "rnn"
        print(name, fixed.get(name, value), cell, task.get(name, "adding"))


def equal(a, b):
    np = numpy()
    a, b = np.load(a), np.load(b)
    keys = [k for k in a.files if k != "unroll"]
    assert sorted(keys) == sorted(k for k in b.files if k != "unroll"), (a.files, b.files)
    for k in keys:
        assert a[k].dtype == b[k].dtype and a[k].shape == b[k].shape and (a[k] == b[k]).all(), k


def finite(path):
    np = numpy()
    z = np.load(path)
    assert all(np.isfinite(z[k]).all() for k in z.files if k != "unroll")


def make_weights(like, path):
    """Other numbers in the same shapes; compressed, as numpy.savez_compressed does."""
    np = numpy()
    z, r = np.load(like), np.random.RandomState(1)
    out = {k: (0.1 * r.randn(*z[k].shape)).astype(z[k].dtype) for k in z.files if k != "unroll"}
    np.savez_compressed(path, **out)


GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def probe(path, table, cell, T=9, H=7, inputs=2):
    np = numpy()
    z, g = np.load(path), GATES[cell]
    shapes = {"rnn.weight_ih_l0": (g * H, inputs), "rnn.weight_hh_l0": (g * H, H), "rnn.bias_ih_l0": (g * H,),
              "rnn.bias_hh_l0": (g * H,), "readout.weight": (1, H), "readout.bias": (1,)}
    for name, shape in shapes.items():
        assert z["grad." + name].shape == shape, name
        assert z["temporal." + name].shape == (T,), name
        # the norm of a sum is at most the sum of the norms, and the gradient is the sum over the replicas
        assert np.linalg.norm(z["grad." + name]) <= z["temporal." + name].sum() * (1 + 1e-12), name
    assert z["loss"].shape == () and z["loss"] > 0
    assert z["dh_norm"].shape == z["delta_norm"].shape == z["temporal_total"].shape == (T,)
    J = z["jacobian"]
    assert J.shape == (T, T)
    later, earlier = np.indices(J.shape)
    assert np.isnan(J[earlier > later]).all() and np.isfinite(J[earlier <= later]).all()
    assert abs(np.diag(J)).max() < 1e-12
    spectrum = (H,) if g == 1 else (g, H)
    assert z["eig"].shape == spectrum and z["eig"].dtype == np.complex128
    assert z["singular"].shape == spectrum and (np.diff(z["singular"], axis=-1) <= 0).all()
    assert (abs(z["eig"]).max(axis=-1) <= z["singular"].max(axis=-1) * (1 + 1e-9)).all()
    head, *rows = [line.split(",") for line in open(table).read().split()]
    for i, name in enumerate(head[1:], 1):
        assert [float(row[i]) for row in rows] == list(z[name]), name


def state_dict(cell, weights, data, H=6, inputs=3, outputs=2, B=5, T=8):
    np = numpy()
    r, g = np.random.RandomState(7), GATES[cell]
    shapes = {"rnn.weight_ih_l0": (g * H, inputs), "rnn.weight_hh_l0": (g * H, H), "rnn.bias_ih_l0": (g * H,),
              "rnn.bias_hh_l0": (g * H,), "readout.weight": (outputs, H), "readout.bias": (outputs,)}
    np.savez(weights, **{k: 0.4 * r.randn(*s) for k, s in shapes.items()})
    np.savez(data, x=r.randn(T, B, inputs), y=r.randn(B, outputs))


def forward(cell, weights, data, result):
    """The loss from PyTorch's documented equations."""
    np = numpy()
    w, d = np.load(weights), np.load(data)

    def sigmoid(v):
        return 1 / (1 + np.exp(-v))
    W, U = w["rnn.weight_hh_l0"], w["rnn.weight_ih_l0"]
    h = np.zeros((d["x"].shape[1], W.shape[1]))
    c = np.zeros_like(h)
    for x in d["x"]:
        i, r = x @ U.T + w["rnn.bias_ih_l0"], h @ W.T + w["rnn.bias_hh_l0"]
        if cell == "rnn":
            h = np.tanh(i + r)
        elif cell == "lstm":
            a, f, g, o = np.split(i + r, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(a) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            (ir, iz, i_n), (hr, hz, hn) = np.split(i, 3, axis=1), np.split(r, 3, axis=1)
            z = sigmoid(iz + hz)
            h = (1 - z) * np.tanh(i_n + sigmoid(ir + hr) * hn) + z * h
    loss = ((h @ w["readout.weight"].T + w["readout.bias"] - d["y"]) ** 2).mean()
    got = float(np.load(result)["loss"])
    assert abs(got / loss - 1) < 1e-12, (got, loss)


def hostile(folder):
    """Files that must be refused, with what the message says: "FILE:data|weights|good:PATTERN"."""
    np = numpy()
    x, y = np.zeros((4, 3, 2), np.float32), np.zeros((3, 1), np.float32)
    labels = np.array([0, 1, 2])

    def case(name, pattern, kind="data", **arrays):
        np.savez(f"{folder}/{name}.npz", **arrays)
        print(f"{name}.npz:{kind}:{pattern}")

    def raw(name, pattern, members, kind="data"):
        with zipfile.ZipFile(f"{folder}/{name}.npz", "w") as z:
            for member, body in members.items():
                z.writestr(member, body)
        print(f"{name}.npz:{kind}:{pattern}")

    def claims(name, pattern, body, size):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("x.npy", body)
            z.writestr("y.npy", y_npy)
        true, false = struct.pack("<I", len(body)), struct.pack("<I", size)
        data = buffer.getvalue()
        assert data.count(true) == 2, data.count(true)
        with open(f"{folder}/{name}.npz", "wb") as f:
            f.write(data.replace(true, false))
        print(f"{name}.npz:data:{pattern}")

    def npy(descr="'<f4'", order="False", shape="(4, 3, 2)", body=96, magic=b"\x93NUMPY\x01\x00", tail=", }"):
        text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}{tail}".encode()
        text += b" " * (-(len(text) + 11) % 64) + b"\n"
        return magic + struct.pack("<H", len(text)) + text + bytes(body)

    buffer = io.BytesIO()
    np.save(buffer, y)
    y_npy = buffer.getvalue()

    case("whole", "", "good", x=x, y=y)
    case("doubles", "", "good", x=x.astype(float), y=y.astype(float))
    case("classes", "", "good", x=x, y=labels)
    case("classes at every step", "", "good", x=x, y=np.zeros((4, 3), np.int64), mask=np.ones((4, 3), bool))
    np.savez_compressed(f"{folder}/compressed.npz", x=x, y=labels)
    print("compressed.npz:good:")
    case("no x", "x", y=y)
    case("no y", "y", x=x)
    case("float16", "float16", x=x.astype(np.float16), y=y)
    case("big endian", "big-endian", x=x.astype(">f4"), y=y)
    case("unsigned", "unsigned", x=x, y=labels.astype(np.uint8))
    case("text", "text", x=np.array([["a"]]), y=y)
    case("objects", "Python objects", x=np.array([None, 1]), y=y)
    case("records", "structured", x=np.zeros(3, [("a", "f4")]), y=y)
    case("Fortran order", "Fortran order", x=np.asfortranarray(np.random.rand(4, 3, 2)), y=y)
    case("flat", "2 dimensions", x=x[0], y=y)
    case("no steps", "0 steps", x=x[:0], y=y)
    case("too many steps", "5000 steps", x=np.zeros((5000, 1, 1), np.float32), y=np.zeros((1, 1), np.float32))
    case("another batch", "y does not fit x", x=x, y=np.zeros((4, 1), np.float32))
    case("other steps", "y does not fit x", x=x, y=np.zeros((5, 3, 1), np.float32))
    case("too many dimensions", "y does not fit x", x=x, y=np.zeros((4, 3, 1, 1), np.float32))
    case("class below 0", "class -1", x=x, y=np.array([0, -1, 0]))
    case("class above", "class 4000000000", x=x, y=np.array([0, 4000000000, 0]))
    case("not a number", "not finite", x=x * np.nan, y=y)
    case("infinite", "not finite", x=x, y=y + np.inf)
    case("another mask", "mask does not fit", x=x, y=labels, mask=np.ones((3, 4), bool))
    case("empty mask", "without a step", x=x, y=labels, mask=np.zeros((4, 3), bool))
    raw("longer than it is", "short by", {"x.npy": npy(shape="(400, 3, 2)"), "y.npy": y_npy})
    raw("shorter than it is", "long", {"x.npy": npy(shape="(4, 3, 1)"), "y.npy": y_npy})
    raw("huge", "short by\\|1 GiB", {"x.npy": npy(shape="(1000000, 1000000, 1000000)"), "y.npy": y_npy})
    raw("overflowing", "short by\\|1 GiB", {"x.npy": npy(shape="(4294967296, 4294967296, 4)"), "y.npy": y_npy})
    raw("endless number", "1 GiB\\|short", {"x.npy": npy(shape="(" + "9" * 200 + ",)"), "y.npy": y_npy})
    raw("negative", "negative", {"x.npy": npy(shape="(-4, 3, 2)"), "y.npy": y_npy})
    raw("deep", "8 dimensions", {"x.npy": npy(shape="(" + "1, " * 40 + ")"), "y.npy": y_npy})
    raw("no tuple", "not a tuple", {"x.npy": npy(shape="'a'"), "y.npy": y_npy})
    raw("damaged header", "header", {"x.npy": npy(tail=""), "y.npy": y_npy})
    raw("code in the header", "header", {"x.npy": npy(descr="__import__('os')"), "y.npy": y_npy})
    raw("version 9", "version 9", {"x.npy": npy(magic=b"\x93NUMPY\x09\x00"), "y.npy": y_npy})
    raw("no npy", "no .npy", {"x.npy": b"hello world, hello world", "y.npy": y_npy})
    raw("empty member", "too short", {"x.npy": b"", "y.npy": y_npy})
    raw("long header", "header", {"x.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(50), "y.npy": y_npy})
    raw("cut header", "header", {"x.npy": npy()[:40], "y.npy": y_npy})
    raw("nothing", "x", {})
    raw("path", "x", {"../../x.npy": npy(), "y.npy": y_npy})
    with open(f"{folder}/single.npz", "wb") as f:
        f.write(npy())
    print("single.npz:data:single .npy")
    open(f"{folder}/empty.npz", "wb").close()
    print("empty.npz:data:empty")
    # what the directory claims to be there after unpacking, and what is there
    claims("claims 2 GiB", "1 GiB", npy(), 0x7fffffff)
    claims("claims 200 MB", "too long\\|short\\|damaged", npy(), 200000000)
    claims("unpacks to more", "longer\\|short\\|damaged", npy(body=50 << 20), 224)
    good = {"rnn.weight_ih_l0": np.zeros((3, 2)), "rnn.weight_hh_l0": np.zeros((3, 3)), "rnn.bias_ih_l0": np.zeros(3),
            "rnn.bias_hh_l0": np.zeros(3), "readout.weight": np.zeros((1, 3)), "readout.bias": np.zeros(1)}
    case("weights without a readout", "readout.weight", "weights", **{k: v for k, v in good.items() if k[:4] != "read"})
    case("weights of another size", "3×4", "weights", **{**good, "rnn.weight_hh_l0": np.zeros((3, 4))})
    case("weights with a flat matrix", "9 numbers", "weights", **{**good, "rnn.weight_hh_l0": np.zeros(9)})
    case("weights that are not finite", "not finite", "weights", **{**good, "rnn.weight_hh_l0": np.full((3, 3), np.nan)})
    case("weights in Fortran order", "Fortran", "weights",
         **{**good, "rnn.weight_hh_l0": np.asfortranarray(np.random.rand(3, 3))})
    case("weights with a flat readout", "no matrix", "weights", **{**good, "readout.weight": np.zeros(3)})


def garble(path, folder, n):
    import random
    data = open(path, "rb").read()
    for i in range(int(n)):
        r, copy = random.Random(i), bytearray(data)
        for _ in range(1 + i % 4):
            copy[r.randrange(len(copy))] = r.choice((0, 1, 127, 128, 255, r.randrange(256)))
        with open(f"{folder}/garbled-{i}.npz", "wb") as f:
            f.write(copy)


def same_numbers(table, archive, view):
    """The rows of a CSV of `unroll render` hold what the arrays of the npz hold."""
    import csv

    np = numpy()
    with open(table, newline="", encoding="utf-8") as f:
        lines = [line for line in f if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    arrays = np.load(archive)
    arms = [str(a) for a in arrays["arms"]]
    assert str(arrays["state"]).startswith("unroll/1"), "no state"
    assert rows and all(len(r) == len(rows[0]) and None not in r and None not in r.values() for r in rows), "ragged"
    compared = 0
    for name in arrays.files:
        if name in ("state", "arms", "about"):
            continue
        words = name.split(".", 3 if ".arm" in name else 2)
        assert words[0] == view, name
        arm = arms[int(words[1][3:])] if ".arm" in name else ""
        part, column = words[-2:]
        mine = [r for r in rows if r["part"] == part and r["arm"] == arm]
        a = arrays[name]
        if a.ndim == 2:
            assert len(mine) == a.size, name
            a = a.ravel()
        elif len(mine) != a.size:  # along the rows or the columns of a matrix
            assert a.size and len(mine) % a.size == 0, name
            each = len(mine) // a.size
            along_rows = all(mine[i][column] == mine[i - i % each][column] for i in range(len(mine)))
            mine = mine[::each] if along_rows else mine[: a.size]
        for r, value in zip(mine, a):
            if a.dtype.kind == "U":
                assert r[column] == str(value), (name, r[column], value)
            else:
                number = float(r[column])
                assert number == value or (number != number and value != value), (name, number, value)
            compared += 1
    assert compared > 4, "hardly anything to compare"


globals()[sys.argv[1]](*sys.argv[2:])
