"""Every page in every state through axe, at both widths and in both colour schemes."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "pages",
    "axe on every page and state at 390 and 1280 pixels, light and dark",
    ["tests/browser/test_every_page.py", "tests/browser/test_auditor_in_chromium.py"],
    factor=2,
    within_s=3_600,
)
