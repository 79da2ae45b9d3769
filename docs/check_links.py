"""Checks the built site: links within it lead to a page and a heading; links out of it are listed.

python docs/check_links.py build/docs

Sphinx checks the links that pages are written with; this looks at what came out, navigation and
search included. Writes external-links.txt into the folder.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

SOURCE = "https://github.com/lint-exitstack/lint-exitstack/"
# The theme's links from each page to its own source.
OWN = (f"{SOURCE}edit/main/docs/", f"{SOURCE}blob/main/docs/")


class Page(HTMLParser):
    """The places of a page that can be linked, and what it links or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value}
        if "id" in found:
            self.places.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in {"search", "index", "next", "prev"}:
            self.loads.append(found.get("href", ""))
        elif tag in {"script", "img", "iframe", "source"} and "src" in found:
            self.loads.append(found["src"])


def problems(site: Path, pages: dict[Path, Page], external: dict[str, set[str]]):
    """Yield a line for each link that leads nowhere; fill `external`."""
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for link in page.loads:
            if urlsplit(link).scheme or link.startswith("//"):
                yield f"{name}: loads {link} from elsewhere"
        for link in page.links:
            if urlsplit(link).scheme:
                external.setdefault(link, set()).add(name)
                continue
            file, place = urldefrag(link)
            target = (path.parent / unquote(file)).resolve() if file else path
            if not target.exists():
                yield f"{name}: {link} leads nowhere"
            elif place and target in pages and unquote(place) not in pages[target].places:
                yield f"{name}: {link}: there is no such place"


def main(folder: str) -> int:
    site = Path(folder).resolve()
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    external: dict[str, set[str]] = {}
    found = list(problems(site, pages, external))
    shown = sorted(link for link in external if not link.startswith(OWN))
    (site / "external-links.txt").write_text("".join(f"{link}\n" for link in shown), "utf-8")
    for line in found:
        print(line)
    links = sum(len(page.links) for page in pages.values())
    print(f"{len(pages)} pages, {links} links, {len(shown)} of them to elsewhere")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
