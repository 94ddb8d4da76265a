"""Read Burstplex recordings (.bspk) with nothing but numpy.

    import burstplex_spikes
    r = burstplex_spikes.open("run.bspk")
    print(r.header["seed"], r.window, [p["name"] for p in r.populations])
    t, neuron, kind = r.spikes()                      # ns, ID in the network, 0 onset / 1 burst / 2 tail
    t, neuron, kind = r.spikes(0.5, 1.0, ["pyr"])     # seconds; some populations
    for t, neuron, kind in r.frames(): ...            # the file in pieces, in order of time
    v = r.table("voltage")                            # {"time": ns, "neuron": array, "v": array}; r.tables lists them
    frame, segment = r.to_pandas(), r.to_neo()        # when pandas, or neo and quantities, are installed

The format is described in FORMAT.md beside the Go code. Damaged blocks are skipped and listed in r.problems; open with
strict=True to have them raised instead.
"""

import builtins
import functools
import json
import struct

import numpy as np

MAGIC, SYNC, TRAILER = b"\x89BSPK\r\n\x1a", b"\xf5BLK", b"KPSB"
VERSION, BLOCK, ENTRY = 1, 52, 56
KINDS = ("onset", "burst", "tail")
MAX_SPIKES, MAX_TABLE = 1 << 17, 8 << 20


class FormatError(ValueError):
    """The file is damaged, or not a recording, or of a newer version."""


def open(path, strict=False):
    """Open a recording."""
    return Recording(path, strict)


class Recording:
    """A recording. header is its JSON, populations a list of dicts, window (from, to) in ns, finished whether it was
    closed, problems what is damaged, tables a list of (name, time in ns)."""

    def __init__(self, path, strict=False):
        self.path, self.strict, self.problems = str(path), strict, []
        with builtins.open(path, "rb") as f:
            f.seek(0, 2)
            size = f.tell()
        if size < 16:
            raise FormatError(f"{path}: offset 0: {size} bytes are too few for a recording")
        self._data = np.memmap(path, np.uint8, "r")
        head = self._bytes(0, 16)
        version, crc = struct.unpack("<II", head[8:])
        intact = head[:8] == MAGIC and crc == crc32c(head[:12])
        if intact and version > VERSION:
            raise FormatError(f"{path}: format version {version} is newer than {VERSION}: use a newer reader")
        if not intact:
            self._problem(0, "checksum of the first bytes does not match")
        blocks = self._index()
        self.finished = blocks is not None
        if blocks is None:
            blocks = self._scan()
        self.header = self._header(blocks)
        self.populations = self.header["populations"]
        self._frames = self._arrange(blocks)
        whole = [b["to"] for f in self._frames for b in f if b["flags"] & 1]
        self.window = (self._frames[0][0]["from"], max(whole, default=self._frames[0][0]["from"])) if self._frames else (0, 0)
        self._tables = self._list_tables(blocks)
        self.tables = list(self._tables)

    def spikes(self, start=None, stop=None, populations=None, neurons=None):
        """Times (int64 ns), IDs (uint32) and kinds (uint8), in order of time, then ID, of all spikes with start <= time
        < stop (seconds; None: no limit), of some populations (names) and neurons (IDs) or all."""
        parts = list(self.frames(start, stop, populations, neurons))
        if not parts:
            return np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint8)
        return tuple(np.concatenate(c) for c in zip(*parts))

    def frames(self, start=None, stop=None, populations=None, neurons=None):
        """The same, in pieces that follow each other in time: a large file needs little memory."""
        for t, n, k in self._pieces(start, stop, populations, neurons):
            order = np.argsort(t, kind="stable")
            yield t[order], n[order], k[order]

    def _pieces(self, start=None, stop=None, populations=None, neurons=None):
        """The same, each piece by neuron, then time."""
        names = [p["name"] for p in self.populations]
        for name in populations or ():
            if name not in names:
                raise KeyError(f"{self.path} has no population {name!r}; it has {', '.join(names)}")
        lo = -(1 << 62) if start is None else round(start * 1e9)
        hi = 1 << 62 if stop is None else round(stop * 1e9)
        res = self.header["resolution_ns"]
        for blocks in self._frames:
            base = blocks[0]["from"] // res * res
            if blocks[0]["to"] <= lo or base >= hi:
                continue
            parts = []
            for b in blocks:
                if b["count"] == 0 or populations and names[b["population"]] not in populations:
                    continue
                try:
                    parts.append(self._decode(b))
                except (FormatError, IndexError, struct.error) as e:
                    self._problem(b["offset"], str(e))
            if not parts:
                continue
            t, n, k = parts[0] if len(parts) == 1 else (np.concatenate(c) for c in zip(*parts))
            if start is not None or stop is not None or neurons is not None:
                keep = (t >= lo) & (t < hi)
                if neurons is not None:
                    keep &= np.isin(n, np.asarray(list(neurons), np.uint32))
                t, n, k = t[keep], n[keep], k[keep]
            yield t, n, k

    def table(self, name, at=None):
        """The columns of a table, by name: of that time (ns), or of all times, joined, with a column "time" (ns)."""
        found = [v for (n, t), v in sorted(self._tables.items(), key=lambda i: i[0][1]) if n == name and at in (None, t)]
        if not found:
            raise KeyError(f"{self.path} has no table {name!r}" + ("" if at is None else f" at {at} ns"))
        columns = {}
        for block, meta, start in (part for parts in found for part in parts):
            if at is None and (not meta["columns"] or meta["columns"][0]["name"] != "time"):
                columns.setdefault("time", []).append(np.full(meta["count"], block["from"], np.int64))
            raw = unzstd(bytes(self._payload(block)[start:]), block["count"])
            for c in meta["columns"]:
                a = np.frombuffer(raw, "<" + c["type"], meta["count"])
                raw = raw[a.nbytes:]
                columns.setdefault(c["name"], []).append(a)
        return {n: np.concatenate(c) for n, c in columns.items()}

    def to_pandas(self, **query):
        """A DataFrame with time_s, population, neuron (index in the population) and kind."""
        import pandas
        t, n, k = self.spikes(**query)
        first = np.array([p["first"] for p in self.populations], np.int64)
        pop = np.searchsorted(first, n, "right") - 1
        # populations of no neurons share their first ID with the next one
        return pandas.DataFrame({
            "time_s": t / 1e9,
            "population": pandas.Categorical.from_codes(pop, [p["name"] for p in self.populations]),
            "neuron": n - first[pop],
            "kind": pandas.Categorical.from_codes(k, KINDS)})

    def recorded(self, populations=None, neurons=None):
        """IDs of the recorded neurons, ascending, silent ones too: of some populations (names) and neurons (IDs) or all."""
        parts = [p["first"] + a + s * np.arange(c) for p in self.populations for a, c, s in p["recorded"]
                 if not populations or p["name"] in populations]
        ids = np.concatenate([np.empty(0, np.int64), *parts])
        return ids if neurons is None else ids[np.isin(ids, np.asarray(list(neurons), np.int64))]

    def by_neuron(self, **query):
        """IDs of the recorded neurons of a query, silent ones too; where the spikes of each begin, and the last ones end;
        times (int64 ns) and kinds of all spikes, neuron after neuron."""
        ids = self.recorded(query.get("populations"), query.get("neurons"))
        pieces, counts = [], np.zeros(len(ids), np.int64)
        for t, n, k in self._pieces(**query):
            row = np.searchsorted(ids, n) if len(ids) and ids[-1] - ids[0] != len(ids) - 1 else n.astype(np.int64) - ids[0]
            new = np.flatnonzero(np.append(True, row[1:] != row[:-1]) if len(row) else [])  # where neurons of the piece begin
            size = np.diff(np.append(new, len(row)))
            if (np.diff(row[new]) <= 0).any():  # blocks of a piece that do not follow each other
                order = np.argsort(row, kind="stable")
                t, k, row = t[order], k[order], row[order]
                new = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
                size = np.diff(np.append(new, len(row)))
            pieces.append((t, k, row[new], new, size))
            counts[row[new]] += size
        bounds = np.concatenate([[0], np.cumsum(counts)])
        times, kinds, to = np.empty(bounds[-1], np.int64), np.empty(bounds[-1], np.uint8), bounds[:-1].copy()
        for t, k, rows, new, size in pieces:
            at = np.repeat(to[rows] - new, size) + np.arange(len(t))
            times[at], kinds[at] = t, k
            to[rows] += size
        return ids, bounds, times, kinds

    def trains(self, **query):
        """Yields (population, a dict; index in it; times in s; kinds) for each recorded neuron of a query, silent ones too."""
        ids, bounds, t, k = self.by_neuron(**query)
        t = t / 1e9
        first = np.array([p["first"] for p in self.populations], np.int64)
        population = np.searchsorted(first, ids, "right") - 1
        bounds = bounds.tolist()
        for p, i, a, b in zip(population.tolist(), (ids - first[population]).tolist(), bounds, bounds[1:]):
            yield self.populations[p], i, t[a:b], k[a:b]

    def to_neo(self, **query):
        """A neo.Segment with a SpikeTrain for each recorded neuron of the query; annotations: population, neuron, kinds."""
        import neo
        import quantities as pq
        lo, hi = (x / 1e9 for x in self.window)
        lo, hi = max(lo, query.get("start") or lo), min(hi, query.get("stop") or hi)
        ids, bounds, t, k = self.by_neuron(**query)
        first = np.array([p["first"] for p in self.populations], np.int64)
        population = np.searchsorted(first, ids, "right") - 1
        lo = min(lo, t.min() / 1e9) if len(t) else lo  # times are floored, and may lie before the window
        # Slices of one train of all spikes: to make each anew takes many times longer.
        all_spikes = neo.SpikeTrain(t / 1e9, units=pq.s, t_start=pq.Quantity(lo, "s"), t_stop=pq.Quantity(hi, "s"),
                                    array_annotations={"kind": k})
        segment, trains, bounds = neo.Segment(name=self.path), [], bounds.tolist()
        for p, i, a, b in zip(population.tolist(), (ids - first[population]).tolist(), bounds, bounds[1:]):
            train = all_spikes[a:b]
            train.annotations = {"population": self.populations[p]["name"], "neuron": i}
            trains.append(train)
        segment.spiketrains.extend(trains)
        return segment

    # The container.

    def _bytes(self, at, n):
        return self._data[at:at + n].tobytes()

    def _problem(self, offset, why):
        text = f"{self.path}: offset {offset}: {why}"
        if self.strict:
            raise FormatError(text)
        if text not in self.problems:
            self.problems.append(text)

    def _block(self, at, head=None):
        """The block header at an offset, or an error."""
        raw = head or self._bytes(at, BLOCK)
        if len(raw) < BLOCK or raw[:4] != SYNC:
            raise FormatError("no block begins here")
        if struct.unpack("<I", raw[48:])[0] != crc32c(raw[:48]):
            raise FormatError("checksum of the block header does not match")
        names = ("type", "codec", "flags", "zero", "population", "length", "from", "to", "first", "neurons", "count", "crc")
        b = dict(zip(names, struct.unpack("<BBBBIIqqIIII", raw[4:48])), offset=at)
        if at + BLOCK + b["length"] > len(self._data):
            raise FormatError("block is cut off")
        return b

    def _payload(self, b):
        p = self._data[b["offset"] + BLOCK:b["offset"] + BLOCK + b["length"]]
        if crc32c(p) != b["crc"]:
            raise FormatError("checksum of the payload does not match")
        return p

    def _index(self):
        end = self._bytes(len(self._data) - 16, 16)
        if end[12:] != TRAILER:
            return None
        try:
            if crc32c(end[:8]) != struct.unpack("<I", end[8:12])[0]:
                raise FormatError("checksum of the trailer does not match")
            b = self._block(struct.unpack("<Q", end[:8])[0])
            raw = self._payload(b).tobytes()
            if b["type"] != ord("I") or len(raw) != ENTRY * b["count"]:
                raise FormatError("the trailer does not point at an index")
            blocks, at = [], 16
            for i in range(0, len(raw), ENTRY):
                e = self._block(struct.unpack_from("<Q", raw, i)[0], SYNC + raw[i + 8:i + ENTRY])
                if e["offset"] != at:
                    raise FormatError("the index does not fit the file")
                at += BLOCK + e["length"]
                blocks.append(e)
            return blocks
        except FormatError as e:
            self._problem(len(self._data) - 16, str(e))
            return None

    def _scan(self):
        """Follow the blocks; where one is broken, search for the next."""
        blocks, at, size = [], 16, len(self._data)
        while at < size:
            try:
                b = self._block(at)
                at += BLOCK + b["length"]
                if b["type"] == ord("I"):
                    at = size if size - at <= 16 else at
                else:
                    blocks.append(b)
                continue
            except FormatError as e:
                self._problem(at, str(e))
            at = self._next(at + 1)
        return blocks

    def _next(self, at):
        while at < len(self._data):
            piece = self._bytes(at, 1 << 20)
            i = piece.find(SYNC)
            while i >= 0:
                try:
                    self._block(at + i)
                    return at + i
                except FormatError:
                    i = piece.find(SYNC, i + 1)
            if at + len(piece) >= len(self._data):
                break
            at += len(piece) - 3
        return len(self._data)

    def _header(self, blocks):
        for b in blocks:
            if b["type"] != ord("H"):
                continue
            try:
                h = json.loads(self._payload(b).tobytes())
                if h["version"] > VERSION:
                    raise FormatError(f"format version {h['version']} is newer than {VERSION}: use a newer reader")
                return h
            except (FormatError, ValueError, KeyError) as e:
                self._problem(b["offset"], str(e))
        raise FormatError(f"{self.path}: offset 0: this is not a recording, or its header is lost")

    def _arrange(self, blocks):
        """Lists of the blocks of each frame."""
        frames, end = [], None
        for b in blocks:
            if b["type"] != ord("S"):
                continue
            if not frames or frames[-1][-1]["flags"] & 1 or frames[-1][-1]["from"] != b["from"]:
                if end is not None and b["from"] < end:
                    self._problem(b["offset"], "times overlap those of the blocks before")
                    continue
                frames.append([])
            frames[-1].append(b)
            end = b["to"]
        return frames

    def _list_tables(self, blocks):
        tables = {}
        for b in blocks:
            if b["type"] != ord("T"):
                continue
            try:
                p = self._payload(b)
                n = struct.unpack("<I", p[:4].tobytes())[0]
                meta = json.loads(p[4:4 + n].tobytes())
                if b["codec"] != 1 or b["count"] > MAX_TABLE:
                    raise FormatError("unknown codec, or too large a table")
                parts = tables.setdefault((meta["name"], b["from"]), [])
                if meta["first"] == 0:
                    parts.clear()
                parts.append((b, meta, 4 + n))
            except (FormatError, ValueError, KeyError, struct.error) as e:
                self._problem(b["offset"], str(e))
        return tables

    # Spikes.

    def _decode(self, b):
        """Times, IDs and kinds of a block, by neuron and time."""
        p, res, n = self._payload(b), self.header["resolution_ns"], b["count"]
        if n > MAX_SPIKES or b["population"] >= len(self.populations):
            raise FormatError("impossible block header")
        base = b["from"] // res * res
        span = -(-b["to"] // res) - b["from"] // res
        frac = int(p[0])
        step, at = uvarint(p, 1)
        phase, at = uvarint(p, at)
        size, at = uvarint(p, at)
        if frac + span.bit_length() > 62 or not 1 << frac <= step <= span << frac or phase >= step or at + size > len(p) or n > 8 * size:
            raise FormatError("payload is malformed")
        slots = ((span << frac) - 1 - phase) // step + 1
        gaps = decode_gaps(b["codec"], p[at:at + size], n)
        position = np.cumsum(gaps)
        rank, slot = np.divmod(position, slots)
        if rank[-1] >= b["neurons"] or (gaps < 0).any() or (np.diff(position) < 0).any():
            raise FormatError("a spike lies outside the block")
        unit = phase + slot * step >> frac
        pop = self.populations[b["population"]]
        index = np.concatenate([np.arange(c) * s + a for a, c, s in pop["recorded"]])
        ids = (pop["first"] + index[b["first"] + rank]).astype(np.uint32)
        kinds = self._labels(rank, unit * res, pop["burst_threshold_ns"], p[at + size:])
        return base + unit * res, ids, kinds

    @staticmethod
    def _labels(rank, time, threshold, corrections):
        within = np.zeros(len(rank), bool)
        within[1:] = (np.diff(rank) == 0) & (np.diff(time) < threshold)
        kinds = within.astype(np.uint8)
        kinds[1:] += within[1:] & within[:-1]
        i, at = -1, 0
        while at < len(corrections):
            v, at = uvarint(corrections, at)
            i += 1 + (v >> 1)
            if i >= len(kinds):
                raise FormatError("labels go on after the last spike")
            kinds[i] = (int(kinds[i]) + 1 + (v & 1)) % 3
            if i + 1 < len(kinds) and within[i + 1]:
                kinds[i + 1] = 1 if kinds[i] == 0 else 2
        return kinds


def uvarint(p, at):
    v = shift = 0
    while True:
        c = int(p[at])
        v |= (c & 127) << shift
        at, shift = at + 1, shift + 7
        if c < 128:
            return v, at
        if shift > 63:
            raise FormatError("a number is too long")


def decode_gaps(codec, p, n):
    """The gaps of a block as int64."""
    if codec == 1:
        return rice(p, n)
    if codec == 2:
        return classes(p, n)
    raise FormatError(f"unknown codec {codec}")


def rice(p, n):
    k, p = int(p[0]), p[1:]
    if k > 32:
        raise FormatError("Rice parameter is above 32")
    total = 8 * len(p)
    bits = np.unpackbits(p, bitorder="little")
    # For every bit, the distance to the next one.
    ones = np.where(bits, np.arange(total), total + 64)
    ahead = (np.minimum.accumulate(ones[::-1])[::-1] - np.arange(total)).tolist()
    at, start, quotient = 0, [0] * n, [0] * n
    for i in range(n):
        if at >= total:
            raise FormatError("code ends before its last gap")
        q = ahead[at]
        if q < 24:
            start[i], quotient[i] = at + q + 1, q
            at += q + 1 + k
        else:
            start[i], quotient[i] = at + 24, -1
            at += 80
    if (at + 7) // 8 != len(p):
        raise FormatError("code has the wrong length")
    start, quotient = np.array(start), np.array(quotient, np.int64)
    low = fields(p, start, np.where(quotient < 0, 56, k))
    return np.where(quotient < 0, low, (quotient << k) + low)


def fields(p, start, width):
    """Numbers of the given widths (at most 56 bits) at the given bits."""
    p = np.concatenate([p, np.zeros(8, np.uint8)])
    byte = start >> 3
    v = np.zeros(len(start), np.uint64)
    for i in range(8):
        v |= p[np.minimum(byte + i, len(p) - 1)].astype(np.uint64) << np.uint64(8 * i)
    v >>= (start & 7).astype(np.uint64)
    return (v & ((np.uint64(1) << width.astype(np.uint64)) - np.uint64(1))).astype(np.int64)


def classes(p, n):
    m = int(p[0])
    if not 1 <= m <= 16:
        raise FormatError("number of contexts")
    borders, at, parts, left = p[1:m], m, [], n
    for _ in range(m):
        part, at = context(p, at, left)
        left -= len(part)
        parts.append(part)
    if left:
        raise FormatError("contexts hold too few classes")
    c = parts[0]
    if m > 1:
        which = [int((borders <= i).sum()) for i in range(256)]
        takes = [iter(part.tolist()).__next__ for part in parts]
        out, last = [0] * n, 0
        try:
            for i in range(n):
                out[i] = last = takes[which[last]]()
        except StopIteration:
            raise FormatError("a context has too few classes") from None
        c = np.array(out)
    c = c.astype(np.int64)
    if c.max() >= 112:
        raise FormatError("a class does not exist")
    below = np.maximum(c // 2 - 1, 0)
    end = np.cumsum(below)
    if (end[-1] + 7) // 8 != len(p) - at:
        raise FormatError("code has the wrong length")
    low = fields(p[at:], end - below, below)
    return np.where(c < 4, c, ((2 + c % 2) << below) + low)


def context(p, at, limit):
    n, at = uvarint(p, at)
    if n > limit:
        raise FormatError("contexts hold too many classes")
    mode, at = int(p[at]), at + 1
    if mode == 0:
        if at + n > len(p):
            raise FormatError("classes are cut off")
        return p[at:at + n], at + n
    if mode == 1:
        return np.full(n, p[at]), at + 1
    if mode != 2:
        raise FormatError(f"unknown mode {mode}")
    size, at = uvarint(p, at)
    if at + size > len(p) or size < 8 or p[at] < 128:
        raise FormatError("Huffman code is cut off")
    body = p[at:at + size]
    w = int(body[0]) - 127
    weights = np.stack([body[1:1 + (w + 1) // 2] >> 4, body[1:1 + (w + 1) // 2] & 15], 1).reshape(-1)[:w]
    return huffman(weights.tolist(), body[1 + (w + 1) // 2:], n), at + size


def huffman_table(weights):
    """Symbol and length for every value of the next L bits, and L. The last weight is implied."""
    total = sum(1 << w - 1 for w in weights if w)
    bits = total.bit_length()
    rest = (1 << bits) - total
    if not 0 < bits <= 11 or rest & rest - 1:
        raise FormatError("Huffman weights")
    weights = weights + [rest.bit_length()]
    symbol, length = [], []
    for w in range(1, bits + 1):
        for s, x in enumerate(weights):
            if x == w:
                symbol += [s] * (1 << w - 1)
                length += [bits + 1 - w] * (1 << w - 1)
    if len(symbol) != 1 << bits:
        raise FormatError("Huffman weights")
    return np.array(symbol, np.uint8), np.array(length, np.int32), bits


def huffman(weights, p, n):
    """Four streams that hold n symbols."""
    symbol, length, bits = huffman_table(weights)
    sizes = struct.unpack("<HHH", p[:6].tobytes())
    ends = np.cumsum([6, *sizes])
    if ends[-1] >= len(p):
        raise FormatError("Huffman streams are cut off")
    per = (n + 3) // 4
    counts = [min(per, max(0, n - i * per)) for i in range(4)]
    streams = [p[a:b] for a, b in zip(ends, [*ends[1:], len(p)])]
    return np.concatenate([huffman_stream(symbol, length, bits, s, c) for s, c in zip(streams, counts)])


def huffman_stream(symbol, length, bits, p, n):
    """A stream is read backwards. All codes that could begin at any bit are looked up at once; then the chain of those
    that do is followed in steps of 64, and filled in."""
    if len(p) == 0 or p[-1] == 0:
        raise FormatError("a Huffman stream has no end mark")
    b = np.unpackbits(p[::-1])
    b = b[np.argmax(b) + 1:]
    total = len(b)
    b = np.concatenate([b, np.zeros(bits, np.uint8)])
    value = np.zeros(total, np.uint16)
    for i in range(bits):
        value = value << 1 | b[i:i + total]
    jump = np.append(np.minimum(np.arange(total, dtype=np.int32) + length[value], total), np.int32(total))
    jumps = [jump]  # over 1, 2, 4... codes
    while len(jumps) <= 6:
        jumps.append(jumps[-1][jumps[-1]])
    far, chain = jumps.pop(), [0]
    for _ in range((n - 1) >> 6):
        chain.append(int(far[chain[-1]]))
    chain = np.array(chain, np.int32)
    for jump in reversed(jumps):
        chain = np.stack([chain, jump[chain]], 1).reshape(-1)
    chain = chain[:n]
    if n and (chain[-1] >= total or chain[-1] + length[value[chain[-1]]] != total):
        raise FormatError("a Huffman stream has the wrong length")
    return symbol[value[chain]]


# CRC-32C, in many lanes at once.

def _crc_table():
    t = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        t = np.where(t & 1, t >> 1 ^ np.uint32(0x82F63B78), t >> 1).astype(np.uint32)
    return t


_CRC = _crc_table()
_CRC_LIST = _CRC.tolist()


def crc32c(data):
    """CRC-32C of bytes or an array of uint8."""
    p = np.frombuffer(data, np.uint8) if isinstance(data, (bytes, bytearray)) else np.asarray(data)
    lanes = 256
    n = len(p) // lanes
    crc = 0xFFFFFFFF
    if n >= 16:
        state = np.zeros(lanes, np.uint32)
        for column in np.ascontiguousarray(p[:n * lanes].reshape(lanes, n).T):
            state = _CRC[(state ^ column) & 255] ^ state >> 8
        shift = _zeros(n)
        for s in state.tolist():
            crc = shift(crc) ^ s
        p = p[n * lanes:]
    for c in p.tolist():
        crc = _CRC_LIST[(crc ^ c) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


@functools.lru_cache(64)
def _zeros(n):
    """The function that a state goes through on n bytes of zeros: it is linear, so it is known by what it does to bits."""
    rows = 1 << np.arange(32, dtype=np.uint64)
    result = rows.copy()
    step = np.array([_CRC_LIST[x & 255] ^ x >> 8 for x in rows.tolist()], np.uint64)

    def apply(m, x):
        out = np.zeros(len(x), np.uint64)
        for i in range(32):
            out ^= np.where(x >> np.uint64(i) & np.uint64(1), m[i], np.uint64(0))
        return out
    while n:
        if n & 1:
            result = apply(step, result)
        step, n = apply(step, step), n >> 1
    # Four tables, one for each byte of the state.
    byte = np.arange(256, dtype=np.uint64)
    t = [apply(result, byte << np.uint64(8 * i)).tolist() for i in range(4)]
    return lambda x: t[0][x & 255] ^ t[1][x >> 8 & 255] ^ t[2][x >> 16 & 255] ^ t[3][x >> 24]


# Zstandard (RFC 8878), for tables: the module of Python 3.14 or the package zstandard if there is one, else the decoder
# below, which is slow and complete but for dictionaries.

def unzstd(data, size):
    for module in ("compression.zstd", "zstandard"):
        try:
            m = __import__(module, fromlist=["x"])
        except ImportError:
            continue
        raw = m.decompress(data) if module != "zstandard" else m.ZstdDecompressor().decompress(data, max_output_size=size)
        break
    else:
        raw = _Zstd(data).frame(size)
    if len(raw) != size:
        raise FormatError("a table has the wrong length")
    return raw


class _Bits:
    """Bits of a stream that is read backwards."""

    def __init__(self, data):
        if not data or not data[-1]:
            raise FormatError("a zstd stream has no end mark")
        self.v = int.from_bytes(data, "little")
        self.n = self.v.bit_length() - 1

    def take(self, k):
        self.n -= k
        if self.n >= 0:
            return self.v >> self.n & (1 << k) - 1
        return (self.v << -self.n) & (1 << k) - 1


class _Zstd:
    LL = [(i, 0) for i in range(16)] + [(16, 1), (18, 1), (20, 1), (22, 1), (24, 2), (28, 2), (32, 3), (40, 3), (48, 4), (64, 6)] + [(1 << i, i) for i in range(7, 17)]
    ML = [(i + 3, 0) for i in range(32)] + [(35, 1), (37, 1), (39, 1), (41, 1), (43, 2), (47, 2), (51, 3), (59, 3), (67, 4), (83, 4), (99, 5), (131, 7)] + [((1 << i) + 3, i) for i in range(8, 17)]
    DEFAULT = (
        (6, [4, 3] + [2] * 4 + [2] * 2 + [2] * 5 + [1] * 3 + [2] * 9 + [3, 2] + [1] * 5 + [-1] * 4),
        (5, [1] * 6 + [2] * 3 + [1] * 15 + [-1] * 5),
        (6, [1, 4, 3] + [2] * 6 + [1] * 37 + [-1] * 7))

    def __init__(self, data):
        self.d, self.at, self.out = data, 0, bytearray()
        self.offsets, self.huff, self.tables = [1, 4, 8], None, [None] * 3

    def frame(self, limit):
        if self.d[:4] != b"\x28\xb5\x2f\xfd":
            raise FormatError("no zstd frame")
        flags = self.d[4]
        single = flags >> 5 & 1
        self.at = 5 + (not single) + (0, 1, 2, 4)[flags & 3] + ((1 if single else 0), 2, 4, 8)[flags >> 6]
        while True:
            h = int.from_bytes(self.d[self.at:self.at + 3], "little")
            self.at += 3
            kind, size = h >> 1 & 3, h >> 3
            if kind == 1:
                self.out += self.d[self.at:self.at + 1] * size
                self.at += 1
            else:
                block = self.d[self.at:self.at + size]
                if len(block) < size or kind == 3:
                    raise FormatError("a zstd block is cut off")
                self.at += size
                if kind == 0:
                    self.out += block
                else:
                    self.block(block)
            if len(self.out) > limit:
                raise FormatError("a table is longer than it says")
            if h & 1:
                return bytes(self.out)

    def block(self, b):
        kind, form = b[0] & 3, b[0] >> 2 & 3
        h = int.from_bytes(b[:5], "little")
        if kind < 2:
            head = (1, 2, 1, 3)[form]
            size = (h >> 3 & 31, h >> 4 & 0xFFF, h >> 3 & 31, h >> 4 & 0xFFFFF)[form]
            literals = b[head:head + size] if kind == 0 else b[head:head + 1] * size
            at = head + (size if kind == 0 else 1)
        else:
            head, w = (3, 3, 4, 5)[form], (10, 10, 14, 18)[form]
            size, packed = h >> 4 & (1 << w) - 1, h >> 4 + w & (1 << w) - 1
            at, body = head + packed, b[head:head + packed]
            if kind == 2:
                self.huff, used = self.weights(body)
                body = body[used:]
            body = np.frombuffer(body, np.uint8)
            if form == 0:
                literals = huffman_stream(*self.huff, body, size).tobytes()
            else:
                sizes = struct.unpack("<HHH", body[:6].tobytes())
                ends = np.cumsum([6, *sizes, ])
                per = (size + 3) // 4
                literals = b"".join(huffman_stream(*self.huff, body[x:y], min(per, size - i * per)).tobytes()
                                    for i, (x, y) in enumerate(zip(ends, [*ends[1:], len(body)])))
        self.sequences(b[at:], literals)

    def weights(self, b):
        h = b[0]
        if h >= 128:
            n = h - 127
            w = [x for c in b[1:1 + (n + 1) // 2] for x in (c >> 4, c & 15)][:n]
            return huffman_table(w), 1 + (n + 1) // 2
        table, bits, used = self.fse(b[1:1 + h], 6)
        s = _Bits(b[1 + used:1 + h])
        states, w, i = [s.take(bits), s.take(bits)], [], 0
        while True:
            symbol, n, base = table[states[i]]
            w.append(symbol)
            if s.n < n:
                w.append(table[states[1 - i]][0])
                return huffman_table(w), 1 + h
            states[i] = base + s.take(n)
            i = 1 - i

    @staticmethod
    def fse(b, most):
        """Table, its bits and the bytes of its description."""
        v, at = int.from_bytes(b, "little"), 4
        bits = (v & 15) + 5
        if bits > most:
            raise FormatError("zstd table")
        left, counts = (1 << bits) + 1, []
        while left > 1:
            n = left.bit_length()
            x = v >> at & (1 << n) - 1
            threshold, low = (1 << n) - 1 - left, x & (1 << n - 1) - 1
            if low < threshold:
                x, at = low, at + n - 1
            else:
                at += n
                if x >= 1 << n - 1:
                    x -= threshold
            counts.append(x - 1)
            left -= abs(x - 1)
            if x == 1:
                while True:
                    r = v >> at & 3
                    at += 2
                    counts += [0] * r
                    if r < 3:
                        break
            if len(counts) > 256 or at > 8 * len(b):
                raise FormatError("zstd table")
        return _Zstd.build(counts, bits), bits, (at + 7) // 8

    @staticmethod
    def build(counts, bits):
        size = 1 << bits
        cells, high = [0] * size, size - 1
        for s, c in enumerate(counts):
            if c == -1:
                cells[high] = s
                high -= 1
        pos = 0
        for s, c in enumerate(counts):
            for _ in range(max(c, 0)):
                cells[pos] = s
                pos = pos + (size >> 1) + (size >> 3) + 3 & size - 1
                while pos > high:
                    pos = pos + (size >> 1) + (size >> 3) + 3 & size - 1
        nexts, table = [1 if c == -1 else c for c in counts], []
        for s in cells:
            x = nexts[s]
            nexts[s] += 1
            n = bits - x.bit_length() + 1
            table.append((s, n, (x << n) - size))
        return table

    def sequences(self, b, literals):
        n, at = b[0], 1
        if n >= 128:
            n, at = ((n - 128 << 8) + b[1], 2) if n < 255 else (b[1] + (b[2] << 8) + 0x7F00, 3)
        if n == 0:
            self.out += literals
            return
        modes, at = b[at], at + 1
        for i, most in enumerate((9, 8, 9)):
            mode = modes >> 6 - 2 * i & 3
            if mode == 0:
                bits, counts = self.DEFAULT[i]
                self.tables[i] = self.build(counts, bits), bits
            elif mode == 1:
                self.tables[i], at = ([(b[at], 0, 0)], 0), at + 1
            elif mode == 2:
                table, bits, used = self.fse(b[at:], most)
                self.tables[i], at = (table, bits), at + used
        s, out, used = _Bits(b[at:]), self.out, 0
        (lt, lb), (ot, ob), (mt, mb) = self.tables
        l, o, m = s.take(lb), s.take(ob), s.take(mb)
        for i in range(n):
            code = ot[o][0]
            offset = (1 << code) + s.take(code)
            base, extra = self.ML[mt[m][0]]
            match = base + s.take(extra)
            base, extra = self.LL[lt[l][0]]
            literal = base + s.take(extra)
            r = self.offsets
            if offset > 3:
                offset -= 3
                self.offsets = [offset, r[0], r[1]]
            else:
                k = offset - 1 + (literal == 0)
                offset = r[k] if k < 3 else r[0] - 1
                if k:
                    self.offsets = [offset, r[0], r[1]] if k != 1 else [offset, r[0], r[2]]
            if i < n - 1:
                l = lt[l][2] + s.take(lt[l][1])
                m = mt[m][2] + s.take(mt[m][1])
                o = ot[o][2] + s.take(ot[o][1])
            out += literals[used:used + literal]
            used += literal
            if not 0 < offset <= len(out):
                raise FormatError("a zstd offset is too large")
            start = len(out) - offset
            if offset >= match:
                out += out[start:start + match]
            else:
                piece = bytes(out[start:])
                out += (piece * (match // offset + 1))[:match]
        out += literals[used:]
