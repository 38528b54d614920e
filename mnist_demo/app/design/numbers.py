"""Large numbers in few characters."""


def short(number: int) -> str:
    """Return a large number with three digits: '1,200', '115 k', '1.24 M'."""
    if number < 10_000:
        return f"{number:,}"
    if number < 999_500:
        return f"{number / 1e3:.3g} k"
    return f"{number / 1e6:.3g} M" if number < 1e9 else "over a thousand M"
