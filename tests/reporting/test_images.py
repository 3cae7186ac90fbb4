"""A picture loses everything that isn't the picture; what is no picture, or too large, is refused."""

from __future__ import annotations

import struct
import zlib

import pytest

from reporting import images

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def frame(width: int = 8, height: int = 6, marker: int = 0xC0) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")


def jpeg(*extra: bytes, head: bytes | None = None) -> bytes:
    return SOI + b"".join(extra) + (frame() if head is None else head) + SCAN + EOI


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes, width: int = 8, height: int = 6) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + chunk(b"IDAT", b"xx") + chunk(b"IEND", b"")


def test_a_jpeg_keeps_its_picture_and_nothing_else():
    told = [
        segment(0xE0, b"JFIF\0"),
        segment(0xE1, b"Exif\0\0GPS 110.3"),
        segment(0xED, b"Photoshop"),
        segment(0xFE, b"taken by"),
    ]
    assert images.stripped(jpeg(*told) + b"hidden after the end") == jpeg()


def test_a_png_keeps_its_picture_and_nothing_else():
    told = [chunk(b"tEXt", b"Author\0somebody"), chunk(b"eXIf", b"GPS"), chunk(b"tIME", b"1234567")]
    assert images.stripped(png(*told) + b"hidden after the end") == png()
    assert images.stripped(png(chunk(b"PLTE", b"abc"))) == png(chunk(b"PLTE", b"abc"))


def test_progressive_pictures_have_several_scans():
    data = SOI + frame(marker=0xC2) + SCAN + segment(0xC4, b"table") + SCAN + EOI
    assert images.stripped(data) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        SOI,
        jpeg()[:-20],
        jpeg(head=b""),
        jpeg(head=frame(width=0)),
        jpeg(head=frame(width=images.LONGEST_SIDE + 1)),
        jpeg(b"\xff\xe1\xff\xff"),
        jpeg(b"no marker"),
        png(width=images.LONGEST_SIDE + 1),
        png()[:-6],
        png().replace(b"xx", b"xy"),
        png().replace(b"IHDR", b"IDAT"),
        jpeg() + b"\0" * images.LARGEST_BYTES,
    ],
    ids=lambda data: str(data[:24]),
)
def test_what_is_no_picture_or_too_large_is_refused(data):
    with pytest.raises(images.NotAnImageError):
        images.stripped(data)


def test_every_cut_of_a_picture_is_refused_or_whole():
    for whole in (jpeg(segment(0xE1, b"Exif")), png(chunk(b"tEXt", b"a"))):
        for at in range(len(whole)):
            with pytest.raises(images.NotAnImageError):
                images.stripped(whole[:at])
