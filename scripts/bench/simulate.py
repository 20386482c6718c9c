"""Simulates one job with FMPy and prints what it took as JSON.

The job is that of engine.mjs; with `loop`, `nsPerStep` is of the simulation less one of a single step.
"""

import json
import resource
import sys
import time

from fmpy import simulate_fmu
from fmpy.util import write_csv

job = json.loads(sys.argv[1])


def peak_mib():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def simulate(stop_time):
    is_model_exchange = job["interface"] == "ModelExchange"
    start, used = time.perf_counter(), time.process_time()
    result = simulate_fmu(
        job["fmu"],
        fmi_type=job["interface"],
        start_time=0,
        stop_time=stop_time,
        output_interval=job["stepSize"],
        relative_tolerance=job.get("tolerance"),
        start_values=job.get("startValues", {}),
        output=job["outputs"],
        **({"solver": "CVode"} if is_model_exchange else {}),
    )
    return time.perf_counter() - start, time.process_time() - used, result


once = simulate(job["stepSize"])[1] if job.get("loop") else 0
seconds, used, result = simulate(job["stopTime"])
if "csv" in job:
    write_csv(job["csv"], result)
steps = round(job["stopTime"] / job["stepSize"])
names = job["outputs"][:8]
print(
    json.dumps(
        {
            "nsPerStep": 1e9 * (used - once) / steps,
            "simulateMs": 1e3 * seconds,
            "rows": len(result),
            "final": {name: float(result[name][-1]) for name in names},
            "minimum": [float(result[name].min()) for name in names],
            "maximum": [float(result[name].max()) for name in names],
            "peakMiB": peak_mib(),
        }
    )
)
