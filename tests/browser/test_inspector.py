"""The panel on the right: what stands in it fits, at every width it has."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Lab

WIDER = """async () => {
  const { notation } = await (await fetch('api/catalogue')).json();
  const panel = document.querySelector('.inspector-notation');
  const room = panel.clientWidth;
  return Object.entries(notation).flatMap(([kind, { value, gradients }]) =>
    [value, ...Object.values(gradients)].flatMap((markup) => {
      const formula = panel.cloneNode();
      formula.innerHTML = markup;
      panel.after(formula);
      const wide = formula.scrollWidth;
      formula.remove();
      return wide > room ? [`${kind}: ${wide} px in ${room}`] : [];
    }),
  );
}"""


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_every_formula_fits(lab: Lab, width: int) -> None:
    lab.page.set_viewport_size({"width": width, "height": 800})
    if width < 600:
        lab.page.get_by_role("navigation", name="Panels").get_by_role("button", name="Inspect").click()
    lab.page.locator(".inspector-notation").first.wait_for()
    assert lab.page.evaluate(WIDER) == []
