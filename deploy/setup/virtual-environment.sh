#!/bin/sh
# Makes the virtual environment, on a bare Debian machine too, where the module `ensurepip` is a package of its own.
set -eu
python=$1
directory=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Sise needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$(dirname "$0")/system-packages.sh" "python$version-venv"
    "$python" -c 'import ensurepip' 2>/dev/null || exit 1
fi
"$python" -m venv "$directory"
