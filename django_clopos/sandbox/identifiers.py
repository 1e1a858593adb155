"""UUIDs that come from the seed. Source: wire contract 13.15, `cid` is a client UUID."""

from random import Random


def make_uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
