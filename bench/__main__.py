"""`python -m bench [NAME]`: run every bench, or one group ("checkin") or one figure ("checkin.p99").

Figures go to stdout, one JSON object a line; progress goes to stderr. BENCH_SCALE (1) cuts the sizes.
A module with ON_REQUEST = True (a measurement behind a decision) runs only when named.
"""

import importlib
import os
import pkgutil
import signal
import sys
import time

import bench
from bench.figure import say


def groups() -> dict[str, object]:
    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"bench.{module.name}")
            if hasattr(loaded, "run"):
                found[module.name] = loaded
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        say(str(__doc__))
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    wanted = arguments[0] if arguments else ""
    scale = float(os.environ.get("BENCH_SCALE", "1"))
    if scale <= 0:
        say("BENCH_SCALE must be above 0, e.g. 0.01 for a quick look")
        return 2
    group = wanted.partition(".")[0]
    # An interrupted bench stops its servers and its database like one that ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = {
        name: module
        for name, module in groups().items()
        if name == group or (not wanted and not getattr(module, "ON_REQUEST", False))
    }
    if not chosen:
        say(f"no bench {wanted!r}; there are: {', '.join(sorted(groups()))}")
        return 2
    for name, module in chosen.items():
        say(f"== {name} (scale {scale:g})")
        started = time.perf_counter()
        for figure in module.run(scale):  # type: ignore[attr-defined]
            if wanted in ("", group) or figure.bench == wanted or figure.bench.startswith(wanted + "."):
                print(figure.line(), flush=True)
        say(f"== {name}: {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
