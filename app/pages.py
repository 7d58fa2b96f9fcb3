"""The one page: what never changes after load. The rest is drawn by the browser."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from app.assets import STATIC, TEMPLATES

templates = Jinja2Templates(TEMPLATES)
LANGUAGES = ("en", "ko")


def bundle() -> dict[str, Any]:
    """The entry of the built bundle: its script and its style sheets. Read anew, since a build may replace it."""
    path = STATIC / ".vite" / "manifest.json"
    if not path.exists():
        raise RuntimeError(f"the browser bundle is missing ({path}); build it with: python hatch_build.py")
    manifest: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return next(chunk for chunk in manifest.values() if chunk.get("isEntry"))


def language(request: Request) -> str:
    """The page's language: ?lang=, else the first of the browser's that there is, else English."""
    asked = request.query_params.get("lang", "")
    accepted = request.headers.get("accept-language", "").split(",")
    wanted = [asked, *(part.split(";")[0].strip()[:2].lower() for part in accepted)]
    return next((code for code in wanted if code in LANGUAGES), "en")


def home(request: Request) -> Response:
    return templates.TemplateResponse(request, "lab.html", {"language": language(request), "bundle": bundle()})
