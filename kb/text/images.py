"""Pictures that people send, decoded and encoded anew so that nothing else comes with them."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import ImageOps

from kb.rules import limits
from kb.rules.errors import Invalid

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_OUT = {"JPEG": ("JPEG", "image/jpeg"), "WEBP": ("WEBP", "image/webp")}
_SENTENCE = "この画像は開けませんでした。PNG・JPEG・GIF・WebP の画像を選び直してください。"


@dataclass(frozen=True)
class Image:
    """An encoded picture: its bytes, media type, and size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def reencode(data: bytes) -> Image:
    """Return the picture encoded anew: upright, without metadata, first frame only, at most IMAGE_SIDE pixels long.

    JPEG stays JPEG, WebP stays WebP, PNG and GIF become PNG. Raises Invalid for anything else, for a damaged file, and
    for one of more than IMAGE_PIXELS pixels, which is refused before it is decoded.
    """
    try:
        # Pillow only warns of a bomb below twice its own limit; ours is checked on the header alone.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(data), formats=_FORMATS) as source:
                _require_size(source.size)
                source.seek(0)
                source.load()
                kind = source.format or "PNG"
                picture = _upright(source)
    except Invalid:
        raise
    except Exception as error:
        # Decoders raise whatever a damaged file drives them into; each means the same to the sender.
        raise Invalid(_SENTENCE, field="file") from error
    return _encoded(picture, kind)


def _require_size(size: tuple[int, int]) -> None:
    if min(size) < 1:
        raise Invalid(_SENTENCE, field="file")
    if size[0] * size[1] > limits.IMAGE_PIXELS:
        raise Invalid(
            "この画像は大きすぎます（%(width)s×%(height)s）。小さくしてから選び直してください。",
            field="file",
            width=size[0],
            height=size[1],
        )


def _upright(source: Pillow.Image) -> Pillow.Image:
    """Return the frame turned as its EXIF says, in a mode that every encoder takes, no longer than the limit."""
    picture = ImageOps.exif_transpose(source)
    if picture.mode.startswith(("I", "F")):
        # 16-bit and float greys would be clipped to white by a plain conversion.
        picture = picture.convert("F").point(lambda value: value * (255 / 65_535) + 0).convert("L")
    clear = picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info
    picture = picture.convert("RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB")
    picture.thumbnail((limits.IMAGE_SIDE, limits.IMAGE_SIDE), Pillow.Resampling.LANCZOS)
    return picture


def _encoded(picture: Pillow.Image, kind: str) -> Image:
    name, media_type = _OUT.get(kind, ("PNG", "image/png"))
    if name == "JPEG" and picture.mode == "RGBA":
        picture = picture.convert("RGB")
    # A new picture takes over the pixels only: info, text chunks, profiles and EXIF stay behind.
    bare = Pillow.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    options = {"quality": 88} if name != "PNG" else {}
    bare.save(out, name, optimize=True, **options) if name != "WEBP" else bare.save(out, name, method=4, **options)
    return Image(out.getvalue(), media_type, *bare.size)
