"""Web pages: the main text without navigation, scripts, advertisements and pictures."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import trafilatura
from trafilatura.settings import use_config

from indexing.formats.failure import ParseFailure
from indexing.formats.plain import read_text
from indexing.formats.types import Extracted

_FURNITURE = "//nav|//footer|//aside|//script|//style|//iframe|//noscript|//img|//form"


def parse(path: Path) -> Extracted:
    """Return a page's main text as Markdown; scripts never run, pictures are never fetched."""
    page = read_text(path)
    if "<!entity" in page.lower():
        raise ParseFailure("dtd")
    tree = trafilatura.load_html(page)
    if tree is None:
        raise ParseFailure("damaged")
    title = tree.findtext(".//title") or tree.findtext(".//h1")
    for node in tree.xpath(_FURNITURE):
        node.drop_tree()
    text = trafilatura.extract(
        tree,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        config=_config(),
    )
    return Extracted(text or "", title.strip() or None if title else None)


def _config() -> ConfigParser:
    """Return the library's settings, with short pages taken as they are: Chinese is terse."""
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "20")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")
    return config
