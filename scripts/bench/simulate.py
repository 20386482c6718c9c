"""Simulates one job with FMPy and prints what it took as JSON; the job is that of engine.mjs."""

import json
import resource
import sys
import time

from fmpy import simulate_fmu
from fmpy.util import write_csv

job = json.loads(sys.argv[1])


def simulate(stop_time):
    is_model_exchange = job["interface"] == "ModelExchange"
    start = time.perf_counter()
    result = simulate_fmu(
        job["fmu"],
        fmi_type=job["interface"],
        start_time=0,
        stop_time=stop_time,
        output_interval=job["stepSize"],
        relative_tolerance=job.get("tolerance"),
        start_values=job.get("startValues", {}),
        output=job["outputs"],
        **({"solver": "CVODE"} if is_model_exchange else {}),
    )
    return 1e3 * (time.perf_counter() - start), result


once = simulate(job["stepSize"])[0] if job.get("loop") else 0
milliseconds, result = simulate(job["stopTime"])
if "csv" in job:
    write_csv(job["csv"], result)
steps = round(job["stopTime"] / job["stepSize"])
names = job["outputs"][:8]
print(
    json.dumps(
        {
            "nsPerStep": 1e6 * (milliseconds - once) / steps,
            "simulateMs": milliseconds,
            "rows": len(result),
            "final": {name: float(result[name][-1]) for name in names},
            "minimum": [float(result[name].min()) for name in names],
            "maximum": [float(result[name].max()) for name in names],
            "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
