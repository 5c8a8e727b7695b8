"""The halves of halves.ts, and the parts it wrote to DIR, through Evidently's defaults; writes DIR/evidently.json.

    DIR/venv/bin/python scripts/real-data/evidently_halves.py DIR node_modules/vega-datasets/data
"""

import glob
import json
import os
import sys
import time
import warnings

os.environ["DO_NOT_TRACK"] = "1"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from evidently import Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402

VEGA = {
    "flights-200k": "flights-200k.arrow",
    "zipcodes": "zipcodes.csv",
    "species": "species.csv",
    "sp500": "sp500-2000.csv",
    "seattle-weather": "seattle-weather.csv",
    "birdstrikes-vega": "birdstrikes.csv",
    "github": "github.csv",
}
HALVINGS = 20


def halves(seed, rows):
    with np.errstate(over="ignore"):
        row = np.arange(1, rows + 1, dtype=np.uint32)
        t = np.uint32((seed + 1) * 0x9E3779B1 & 0xFFFFFFFF) + row * np.uint32(0x6D2B79F5)
        t = (t ^ (t >> np.uint32(15))) * (t | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
        return ((t ^ (t >> np.uint32(14))) & np.uint32(0x80000000)) == 0


def drifted(reference, current):
    """Columns that the default report calls drifted."""
    report = Report([DataDriftPreset()]).run(current_data=current, reference_data=reference).dict()
    names = []
    for metric in report["metrics"]:
        config = metric["config"]
        if not config["type"].endswith("ValueDrift"):
            continue
        value = float(metric["value"])
        threshold = config["threshold"]
        by_p = "p_value" in config["method"]
        if (value < threshold) if by_p else (value >= threshold):
            names.append(config["column"])
    return names


def read(path):
    if path.endswith(".csv"):
        return pd.read_csv(path)
    return pd.read_feather(path) if path.endswith(".arrow") else pd.read_parquet(path)


def attempt(reference, current):
    try:
        return {"columns": drifted(reference, current)}
    except Exception as error:  # its own failures are a result
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def main(directory, vega):
    paths = {name: os.path.join(vega, file) for name, file in VEGA.items()}
    for path in sorted(glob.glob(os.path.join(directory, "*.parquet"))):
        name = os.path.basename(path)[: -len(".parquet")]
        if not name.endswith((".before", ".after")):
            paths[name] = path
    found = {}
    for name, path in paths.items():
        frame = read(path)
        start = time.perf_counter()
        runs = []
        for seed in range(HALVINGS):
            first = halves(seed, len(frame))
            runs.append(attempt(frame[first].reset_index(drop=True), frame[~first].reset_index(drop=True)))
            # What takes long is not made to take twenty times as long: the page says how many halvings there were.
            if time.perf_counter() - start > 25:
                break
        seconds = (time.perf_counter() - start) / len(runs)
        parts = [os.path.join(directory, f"{name}.{part}.parquet") for part in ("before", "after")]
        found[name] = {
            "columns": len(frame.columns),
            "runs": runs,
            "seconds": seconds,
            "parts": attempt(*map(read, parts)) if all(map(os.path.exists, parts)) else None,
        }
        alarms = sum(len(run.get("columns", [])) for run in runs)
        print(f"{name}: {alarms} alarms in {len(runs)} halvings, {seconds:.1f} s each", flush=True)
        with open(os.path.join(directory, "evidently.json"), "w") as file:
            json.dump(found, file, indent=1)


main(*sys.argv[1:])
