"""A log-log chart as SVG text: a line for each of what is compared, a mark for each size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 320, 62, 96, 34, 44
APART = 15  # pixels between two names
INKS = ("#a84c06", "#1267b8", "#454b52")
FONT = 'font-family="Fira Sans, sans-serif" font-size="12" fill="#454b52"'

Lines = Mapping[str, Sequence[float]]


def microseconds(value: float) -> str:
    sizes = (("µs", 1.0), ("ms", 1e3), ("s", 1e6))
    unit, size = max((each for each in sizes if each[1] <= value), key=lambda each: each[1], default=sizes[0])
    return f"{value / size:g} {unit}"


def chart(
    title: str, axis: str, sizes: Sequence[int], lines: Lines, words: Callable[[float], str] = microseconds
) -> str:
    """What was measured over sizes, both axes logarithmic; `words` says a measure with its unit."""
    low = math.floor(math.log10(min(min(each) for each in lines.values())))
    high = math.ceil(math.log10(max(max(each) for each in lines.values())))

    def x(size: float) -> float:
        share = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fafbfb"/>',
        f'<text x="{LEFT}" y="20" {FONT} font-weight="500">{title}</text>',
    ]
    for decade in range(low, high + 1):
        at = y(10.0**decade)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#dadde0"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" {FONT}>{words(10.0**decade)}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" {FONT}>{size}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle" {FONT}>{axis}</text>')
    names: list[tuple[float, str, str]] = []
    for ink, (name, values) in zip(INKS, lines.items(), strict=False):
        points = [(x(size), y(value)) for size, value in zip(sizes, values, strict=True)]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="1.6"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.4" fill="{ink}"/>' for a, b in points]
        names.append((points[-1][1], name, ink))
    last = -math.inf
    for at, name, ink in sorted(names):  # each beside the end of its line, or as much lower as it takes to be read
        last = max(at, last + APART)
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{last + 4:.1f}" {FONT.replace("#454b52", ink)}>{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
