"""Whether anything can stop a run: all bad files that we know of, through the pool and a whole run.

    python -m benchmarks.bad_input [--seconds 60]

Each file has to end in exactly one outcome while the process that has the pool lives on. Prints
Markdown tables; exits with 1 where that does not hold.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Timer
from time import perf_counter
from typing import Final

from benchmarks.accounts import KIB, Trial, try_folder

MIB: Final = 1 << 20
HANGS_AFTER: Final = 1800  # seconds, for all files
ENDINGS: Final = ("embedded", "catalogued", "unchanged", "skipped")


def main() -> None:
    """Try everything twice, and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="that one file may take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bad, home = Path(folder, "bad"), Path(folder, "home")
        subprocess.run([sys.executable, "-m", "tests.bad_files", bad], check=True)
        has_passed = [report_pool(bad, options.seconds), report_run(bad, home)]
    sys.exit(not all(has_passed))


def report_pool(folder: Path, seconds: float) -> bool:
    """Try all in a pool, print, and say whether all is accounted for.

    In a process of its own: one that crashes raises BrokenProcessPool here, one that hangs
    TimeoutError, and its memory is not that of the making of the files.
    """
    started = perf_counter()
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as executor:
        trial = executor.submit(try_folder, folder, seconds).result(timeout=HANGS_AFTER)
    print_trial(trial, perf_counter() - started)
    return trial.account.is_balanced


def print_trial(trial: Trial, seconds: float) -> None:
    """Print what became of the files, and what it took."""
    account = trial.account
    print("| outcome in the pool | files |\n|---|---|")
    for kind, count in sorted(account.kinds.items()):
        print(f"| {kind} | {count} |")
    print("\n| the pool | |\n|---|---|")
    print(f"| tried, members of archives included | {len(account.tried)} |")
    print(f"| accounted for | {len(account.tried & account.ended.keys())} |")
    print(f"| peak memory of the process | {trial.own_peak / MIB:,.0f} MiB |")
    print(f"| peak memory of its largest worker | {trial.worker_peak / MIB:,.0f} MiB |")
    print(f"| time | {seconds:.0f} s |", flush=True)


def report_run(folder: Path, home: Path) -> bool:
    """Index the folder by the command, print, and say whether its counts add up."""
    started = perf_counter()
    exit_code, printed, peak = radseek("--home", str(home), "index", str(folder), "--json")
    seconds = perf_counter() - started
    counts = json.loads(printed)
    accounted = sum(counts[ending] for ending in ENDINGS)
    print("\n| `radseek index` | |\n|---|---|")
    print(f"| files seen | {counts['files']} |\n| accounted for | {accounted} |")
    print(f"| exit code | {exit_code} |")
    print(f"| peak memory of its largest process | {peak / MIB:,.0f} MiB |")
    print(f"| time | {seconds:.0f} s |")
    return bool(accounted == counts["files"])


def radseek(*words: str) -> tuple[int, str, int]:
    """Run one command: its exit code, stdout, and the peak of its largest process in bytes."""
    command = [sys.executable, "-m", "radseek", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        hanging = Timer(HANGS_AFTER, run.kill)
        hanging.start()
        printed = run.stdout.read() if run.stdout else ""
        _, status, usage = os.wait4(run.pid, 0)
        hanging.cancel()
        run.returncode = os.waitstatus_to_exitcode(status)
    return run.returncode, printed, usage.ru_maxrss * KIB


if __name__ == "__main__":
    main()
