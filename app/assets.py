"""Where the page templates and the built browser bundle are: inside the wheel, or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"
_CHECKOUT = _PACKAGE.parent

TEMPLATES: Path = _BUNDLE / "templates" if _BUNDLE.is_dir() else _CHECKOUT / "templates"
STATIC: Path = _BUNDLE / "static" if _BUNDLE.is_dir() else _CHECKOUT / "static" / "dist"
