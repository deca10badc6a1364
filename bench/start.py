"""Starts the real server five times on an empty data folder; prints the seconds until /healthz and /readyz answer
(ready means the embedded model is loaded) and the resident memory in MiB two seconds later.
Usage, after a build: python3 bench/start.py PATH-OF-CREMONA"""
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

for _ in range(5):
    begin = time.time()
    server = subprocess.Popen(
        [sys.argv[1], "serve", "--urls", "http://127.0.0.1:0", "--data", tempfile.mkdtemp()],
        stdout=subprocess.PIPE, text=True)
    address = next(line for line in server.stdout if line.startswith("listening on ")).split()[-1].rstrip("/")
    seconds = []
    for path in ("/healthz", "/readyz"):
        while True:
            try:
                urllib.request.urlopen(address + path, timeout=2).close()
                break
            except OSError:
                time.sleep(0.01)
        seconds.append(time.time() - begin)
    time.sleep(2)
    status = open(f"/proc/{server.pid}/status").read()
    resident = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024
    print(f"alive {seconds[0]:.2f} s, ready {seconds[1]:.2f} s, resident {resident} MiB")
    server.terminate()
    server.wait(15)
