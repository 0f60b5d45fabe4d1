"""The press: turns the chapters and the code they run into pages, slides and notebooks.

Modules and folders import one way only, from the right to the left:

    book files … ◂ chapter ◂ run ◂ store edition ◂ slides ◂ pages ◂ notebooks ◂ build ◂ commands
"""

import sys

# Below nbformat, jsonschema would spend a second on the grammar of internet addresses, whose
# format no notebook asks it to check. It does without where there is no such module.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
