"""Write plotly-basic.css: the rules that Plotly would put into a <style>, which the content policy forbids.

Run once for each version: ../../.venv/bin/python export_plotly_css.py
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SCRIPT = HERE / "node_modules/plotly.js-basic-dist-min/plotly-basic.min.js"
RULES = "[...document.getElementById('plotly.js-style-global').sheet.cssRules].map(rule => rule.cssText).join('\\n')"

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
    page = browser.new_page()
    page.set_content("<html><body></body></html>")
    page.add_script_tag(path=str(SCRIPT))
    (HERE / "plotly-basic.css").write_text(page.evaluate(RULES) + "\n")
    browser.close()
