"""Runs our bench and the peers in turn and prints the ratios (above 1: ours is the better). Arguments: the bench binary, rounds, the folder of weights, where the graph is kept."""
import re, statistics, subprocess, sys
ours, peers = {}, {}
def collect(to, out):
    for line in out.splitlines():
        name, *rest = line.split(" ", 1)
        if "short_ms" not in line: continue
        line = re.sub(r"(short|long)_ms=(\S+) cpu (\S+)", r"\1_ms=\2 \1_cpu_ms=\3", line)
        for key, value in re.findall(r"(\w+)=([\d.]+)", line): to.setdefault((name, key), []).append(float(value))
for _ in range(int(sys.argv[2])):
    collect(ours, subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout)
    collect(peers, subprocess.run([sys.executable, __file__.replace("compare.py", "peers.py"), *sys.argv[3:]], capture_output=True, text=True, check=True).stdout)
for (name, key), values in sorted(ours.items()):
    if (name, key) not in peers: continue
    a, b = statistics.median(values), statistics.median(peers[name, key])
    print(f"{name} {key}: ours {a:.4g}, peer {b:.4g}, ratio {a / b if key.startswith('texts') else b / a:.2f}")
