"""Pictures come out upright, small enough, and with nothing but pixels."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from kb.rules import limits
from kb.rules.errors import Invalid
from kb.text.images import reencode


def encoded(picture: Pillow.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Pillow.Image:
    picture = Pillow.open(io.BytesIO(data))
    picture.load()
    return picture


PLAIN = Pillow.new("RGB", (60, 40), (200, 30, 30))


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/png"), ("WEBP", "image/webp")],
)
def test_each_format_comes_out_as_a_safe_one(kind: str, media_type: str) -> None:
    image = reencode(encoded(PLAIN, kind))
    assert (image.media_type, image.width, image.height) == (media_type, 60, 40)
    found = opened(image.data)
    assert Pillow.MIME[found.format or ""] == media_type and found.size == (60, 40)


def test_the_picture_is_turned_and_forgets_where_it_was_taken() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    image = reencode(encoded(PLAIN, "JPEG", exif=exif))
    assert (image.width, image.height) == (40, 60)
    assert b"secret place" in encoded(PLAIN, "JPEG", exif=exif)
    assert b"secret place" not in image.data and not opened(image.data).getexif()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "GIF"])
def test_comments_and_profiles_stay_behind(kind: str) -> None:
    info = PngInfo()
    info.add_text("Comment", "secret words")
    exif = Pillow.Exif()
    exif[0x010E] = "secret words"
    options = {"PNG": {"pnginfo": info}, "GIF": {"comment": b"secret words"}}.get(
        kind, {"exif": exif, "icc_profile": b"secret words"}
    )
    data = encoded(PLAIN, kind, **options)
    assert b"secret words" in data
    image = reencode(data)
    assert b"secret words" not in image.data
    assert set(opened(image.data).info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "loop",
        "background",
        "timestamp",
        "duration",
    }


def test_a_long_picture_is_made_smaller_and_keeps_its_shape() -> None:
    image = reencode(encoded(Pillow.new("L", (4_000, 1_000)), "PNG"))
    assert (image.width, image.height) == (limits.IMAGE_SIDE, limits.IMAGE_SIDE // 4)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_only_the_first_frame_of_an_animation_stays(kind: str) -> None:
    frames = [Pillow.new("RGB", (8, 8), (0, 0, 255))]
    data = encoded(Pillow.new("RGB", (8, 8), (255, 0, 0)), kind, save_all=True, append_images=frames)
    found = opened(reencode(data).data)
    assert getattr(found, "n_frames", 1) == 1
    red, _, blue = found.convert("RGB").getpixel((4, 4))
    assert red > 200 and blue < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_taken(mode: str) -> None:
    picture = Pillow.new("RGBA", (9, 5), (10, 20, 30, 0)) if mode == "RGBA" else Pillow.new(mode, (9, 5))
    image = reencode(encoded(picture, "PNG"))
    assert (image.width, image.height) == (9, 5)
    if mode == "RGBA":
        assert opened(image.data).getpixel((0, 0))[3] == 0


def test_deep_greys_keep_their_brightness() -> None:
    deep = Pillow.new("I;16", (4, 4), 32_768)
    assert opened(reencode(encoded(deep, "PNG")).data).getpixel((0, 0)) in (127, 128)


def test_a_cmyk_jpeg_becomes_one_that_browsers_show() -> None:
    assert opened(reencode(encoded(Pillow.new("CMYK", (5, 5)), "JPEG")).data).mode == "RGB"


def bomb(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8_000, 5_001), (20_000, 20_000), (2_000_000, 2_000_000)])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as caught:
        reencode(bomb(*size))
    assert caught.value.field == "file"


def test_a_picture_just_inside_the_limit_is_judged_by_its_data() -> None:
    with pytest.raises(Invalid, match="開けませんでした"):
        reencode(bomb(8_000, 5_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.4",
        encoded(PLAIN, "PNG")[:60],
        encoded(PLAIN, "JPEG")[:300],
        encoded(PLAIN, "BMP"),
        encoded(PLAIN, "TIFF"),
        encoded(PLAIN, "PPM"),
        encoded(PLAIN, "ICO"),
    ],
)
def test_what_is_no_picture_of_the_four_formats_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        reencode(data)
    assert caught.value.sentence == "この画像は開けませんでした。PNG・JPEG・GIF・WebP の画像を選び直してください。"
    assert caught.value.field == "file"


@settings(max_examples=150)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_refused_or_read_but_never_breaks(kind: str, place: int, damage: bytes) -> None:
    data = encoded(PLAIN, kind)
    place %= len(data)
    try:
        reencode(data[:place] + damage + data[place + len(damage) :])
    except Invalid:
        return
