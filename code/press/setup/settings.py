"""What pip is set up with, for uv, which reads nothing of pip's configuration.

An index, a folder of wheels or a certificate that pip needs is needed by uv too.
"""

import subprocess
from ast import literal_eval

# An option of pip, and the variable of uv that says the same.
VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "no-index": "UV_OFFLINE",
    "find-links": "UV_FIND_LINKS",
    "constraint": "UV_CONSTRAINT",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "no-cache-dir": "UV_NO_CACHE",
}
AS_PIP_DOES = {
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_INDEX_STRATEGY": "unsafe-best-match",  # the best version of all indexes
    "UV_SYSTEM_CERTS": "1",
    "UV_COMPILE_BYTECODE": "1",  # where Python may not write it later, imports would stay slow
}


def uv_variables(pip: list[str]) -> dict[str, str]:
    """Return the variables with which uv finds what this pip finds."""
    config = subprocess.check_output([*pip, "config", "list"], encoding="utf-8")
    lines = [line.partition("=") for line in config.splitlines()]
    said = {name: literal_eval(value).split() for name, _, value in lines}
    return AS_PIP_DOES | {
        variable: ("," if variable == "UV_FIND_LINKS" else " ").join(values)
        for section in ("global", "install", ":env:")  # the later one counts
        for option, variable in VARIABLES.items()
        if (values := said.get(f"{section}.{option}"))  # pip takes an empty value for none
    }
