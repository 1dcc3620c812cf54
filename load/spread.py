"""Users in several processes: keeps workers of Locust running, and their master too where that is here.

    spread.py --locust PROGRAM --file LOCUSTFILE --workers COUNT --port PORT [MASTER'S OWN ARGUMENTS ...]

Workers ask for their master at PORT of the loopback; a COUNT of 0 is one for each core. With arguments for it, the master listens there, and
this ends when it ends. A worker that ends is started again. Not Locust's own `--processes`: that forks, and a fork has no threads to export
spans with.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--locust", required=True)
parser.add_argument("--file", required=True)
parser.add_argument("--workers", type=int, required=True)
parser.add_argument("--port", required=True)
options, masters = parser.parse_known_args()
common = [options.locust, "-f", options.file, "--otel", "--skip-log"]
master_at = ["--master-bind-host", "127.0.0.1", "--master-bind-port", options.port]
worker = [*common, "--worker", "--master-host", "127.0.0.1", "--master-port", options.port]

AGAIN_AFTER_SECONDS = 1.0
ENDS_WITHIN_SECONDS = 6.0

running = {}


def end(code):
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
    sys.exit(code)


for name in (signal.SIGTERM, signal.SIGINT):
    signal.signal(name, lambda *_: end(0))

if masters:
    running["master"] = subprocess.Popen([*common, "--master", "--expect-workers", "1", "--enable-rebalancing", *master_at, *masters])
count = options.workers or len(os.sched_getaffinity(0))
due = {f"worker {index}": 0.0 for index in range(count)}
while True:
    for name, at in due.items():
        if name in running and running[name].poll() is not None:
            print(f"{name} ended with {running.pop(name).returncode}: it is started again", flush=True)
            due[name] = time.monotonic() + AGAIN_AFTER_SECONDS
        elif name not in running and time.monotonic() >= at:
            running[name] = subprocess.Popen(worker)
    if masters and running["master"].poll() is not None:
        end(running["master"].returncode or 1)
    time.sleep(0.2)
