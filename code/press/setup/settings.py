"""pip's settings as variables for uv, which does not read pip's configuration.

If pip needs an index, a folder of wheels or a certificate, uv needs it too.
"""

import subprocess
from ast import literal_eval

# Options of pip, and the variables of uv with the same meaning.
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
    "UV_COMPILE_BYTECODE": "1",  # if Python may not write it later, imports would stay slow
}


def uv_variables(pip: list[str]) -> dict[str, str]:
    """Return the variables with which uv finds the same packages as this pip."""
    config = subprocess.check_output([*pip, "config", "list"], encoding="utf-8")
    lines = [line.partition("=") for line in config.splitlines()]
    said = {name: literal_eval(value).split() for name, _, value in lines}
    return AS_PIP_DOES | {
        variable: ("," if variable == "UV_FIND_LINKS" else " ").join(values)
        for section in ("global", "install", ":env:")  # the last one counts
        for option, variable in VARIABLES.items()
        if (values := said.get(f"{section}.{option}"))  # pip ignores an empty value
    }
