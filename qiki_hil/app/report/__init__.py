"""The report of a run: `report.html`, one file that needs nothing else, and `report.png`.

    page.py            the page, filled into report.html.jinja
    report.html.jinja  what the page looks like
    plots.py           its plots, and the picture with all of them

Importing this costs little; matplotlib is imported when the first plot is drawn.
"""

from qiki_hil.app.report.page import render_html, write_picture, write_report

__all__ = ["render_html", "write_picture", "write_report"]
