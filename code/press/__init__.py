"""The press: turns the chapters and the code they run into pages, slides, notebooks and an EPUB.

Modules and folders import only from those to their left:

    book files … ◂ chapter notation ◂ run ◂ store edition ◂ slides ◂ library ◂ pages
    ◂ paper epub ◂ notebooks ◂ run_here ◂ build ◂ present ◂ commands
"""

import sys

# nbformat imports jsonschema, which would spend a second on a grammar of internet addresses that
# no notebook needs. If it finds no such module, it leaves the grammar out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
