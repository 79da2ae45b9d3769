"""How Sphinx makes a site of these pages: `scripts/docs`."""

from __future__ import annotations

import lint_exitstack

project = "lint-exitstack"
author = "the lint-exitstack authors"
version = release = lint_exitstack.__version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True

# Headings as they are linked on the pages themselves, and as GitHub has them.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]

html_theme = "furo"
html_title = f"lint-exitstack {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "source_repository": "https://github.com/lint-exitstack/lint-exitstack/",
    "source_branch": "main",
    "source_directory": "docs/",
}
pygments_style = "friendly"
pygments_dark_style = "github-dark"
