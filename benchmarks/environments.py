"""Virtual environments of their own for what is not part of the product: the peers and the profiler."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
MAKE_ENVIRONMENT = HERE.parent / "deploy" / "setup" / "virtual-environment.sh"
PATIENCE = 600


def python_of(folder: Path) -> Path:
    """Return the Python of the environment for `folder`/requirements.txt, built the first time it is asked for."""
    requirements = folder / "requirements.txt"
    version = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    place = CACHE / f"{folder.name}-{version}"
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        _build(place, requirements)
    return place / "bin" / "python"


def _build(place: Path, requirements: Path) -> None:
    CACHE.mkdir(exist_ok=True)
    _run(str(MAKE_ENVIRONMENT), sys.executable, str(place))
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps")
    _run(str(place / "bin" / "python"), *install, "-r", str(requirements))
    (place / "complete").touch()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
