"""The size of a WebP picture by its header, because Pillow allocates the whole picture when it opens one."""


def webp_size(content: bytes) -> tuple[int, int] | None:
    """Return the width and height that a WebP file declares, in pixels; None for any other file.

    The format is described at https://developers.google.com/speed/webp/docs/riff_container.

    Raises:
        ValueError: If the file begins like a WebP file and continues unlike one.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    kind, body = content[12:16], content[20:30]
    if len(body) < 10:
        raise ValueError("The header of the WebP file is cut off.")
    if kind == b"VP8X":
        return _number(body[4:7]) + 1, _number(body[7:10]) + 1
    if kind == b"VP8L" and body[0] == 0x2F:
        packed = _number(body[1:5])
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return _number(body[6:8]) & 0x3FFF, _number(body[8:10]) & 0x3FFF
    raise ValueError("The WebP file begins with a part that no WebP file begins with.")


def _number(content: bytes) -> int:
    return int.from_bytes(content, "little")
