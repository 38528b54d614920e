"""Shares in words."""


def percent(share: float) -> str:
    """Return a share with as many digits as are significant: '98.7%', and '99.15%' from 99% on."""
    return f"{share:.2%}" if share >= 0.99 else f"{share:.1%}"
