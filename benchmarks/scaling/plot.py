"""A log-log chart as SVG text: a line for each contestant, a mark for each size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 320, 62, 96, 34, 44
INKS = ("#a84c06", "#1267b8", "#454b52")
FONT = 'font-family="Fira Sans, sans-serif" font-size="12" fill="#454b52"'

Lines = Mapping[str, Sequence[float]]


def chart(title: str, axis: str, sizes: Sequence[int], lines: Lines) -> str:
    """Microseconds a step over sizes, both axes logarithmic."""
    low = math.floor(math.log10(min(min(each) for each in lines.values())))
    high = math.ceil(math.log10(max(max(each) for each in lines.values())))

    def x(size: float) -> float:
        share = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(microseconds: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(microseconds) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fafbfb"/>',
        f'<text x="{LEFT}" y="20" {FONT} font-weight="500">{title}</text>',
    ]
    for decade in range(low, high + 1):
        at, words = y(10**decade), f"{10**decade:g} µs" if decade < 3 else f"{10 ** (decade - 3):g} ms"
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#dadde0"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" {FONT}>{words}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" {FONT}>{size}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle" {FONT}>{axis}</text>')
    for ink, (name, values) in zip(INKS, lines.items(), strict=False):
        points = [(x(size), y(value)) for size, value in zip(sizes, values, strict=True)]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="1.6"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.4" fill="{ink}"/>' for a, b in points]
        a, b = points[-1]
        parts.append(f'<text x="{a + 8:.1f}" y="{b + 4:.1f}" {FONT.replace("#454b52", ink)}>{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
