"""Runs one part in a process of its own, so that it can be stopped whole: `python -m benchmarks.run_part P2 …`."""

import argparse
import json
from importlib import import_module
from pathlib import Path

from benchmarks.parts import PARTS
from benchmarks.setting import Setting
from shared.logs import configure_logs


def main() -> None:
    """Measure one part and leave its report as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    configure_logs(level="WARNING")
    module = import_module(f"benchmarks.parts.{PARTS[chosen.part].module}")
    report = module.measure(Setting(chosen.home, chosen.quick))
    chosen.report.write_text(json.dumps(report.to_json()))


if __name__ == "__main__":
    main()
