"""``loglinear``, one symbol after the other in plain Python: what its kernels, which draw thousands at once, must give.

It takes the tables of a bound law and shares no code with the kernels.
"""

from tests.domain.numbers.test_philox import block_of

REST = 1 << 20
SYMBOLS, PROPOSALS = 1, 6  # streams


def phrase(law, seed, length, key):
    """Return the first ``length`` ids of the phrase of ``seed`` as a list."""
    ids, point, near = [], 0, law._walk.near
    for i in range(length):
        _, _, w2, w3 = block_of(i, SYMBOLS, seed, key)
        if i == 0:
            point = ((w2 << 32 | w3) * len(near)) >> 64
        elif w2 < int(law._walk.step):
            point = int(near[point, w3 >> 29])
        ids.append(symbol(law.tables, law.points, point, i, seed, key))
    return ids


def symbol(tables, points, point, i, seed, key):
    """Draw symbol ``i`` at ``point``: attempt after attempt, from the head or else by a proposal."""
    attempt = 0
    while True:
        w0, w1, _, _ = block_of(i + (attempt << 16), SYMBOLS, seed, key)
        entry, tail = (int(part[point, w0 >> 19]) for part in tables.heads)
        threshold = (entry >> 42) << 18 | tail
        own = ((w0 << 32 | w1) >> 11) & ((1 << 40) - 1) < threshold  # 40 bits after the 13 that choose the column
        word = (entry >> 21 if own else entry) & ((1 << 21) - 1)
        if word != REST:
            return word
        word, chance = proposal(tables.proposals, block_of(i + (attempt << 16), PROPOSALS, seed, key))
        lanes = points.shape[1] - 4  # the others are zeros, or the word's offset
        score = int(tables.rows[word, :lanes].astype(int) @ points[point, :lanes].astype(int))
        offset = int.from_bytes(tables.rows[word, -4:].tobytes(), "little", signed=True)
        below = int(tables.bounds[point]) - score - offset
        coarse, fine, _ = tables.exponentials
        if below >= 0 and below >> 12 < len(coarse) and chance < coarse[below >> 12] * fine[below & 4095]:
            return word
        attempt += 1


def proposal(table, words):
    """Return the id that a block of four words draws from an alias table, and a number from 0 to 1."""
    bits = table.bits
    column = words[0] >> (32 - bits)
    entry, tail = int(table.entries[column]), int(table.tails[column])
    threshold = (entry >> bits) << (8 + bits) | tail
    own = ((words[0] << 32 | words[1]) >> (24 - bits)) & ((1 << 40) - 1) < threshold
    return (column if own else entry & ((1 << bits) - 1)), ((words[2] << 32 | words[3]) >> 11) / 2.0**53
