"""Numbers as people read them."""


def format_bytes(count: float) -> str:
    """Return a number of bytes in decimal units, as in ``1.23 GB``."""
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if count < 1000 or unit == "PB":
            break
        count /= 1000
    return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.2f} {unit}"
