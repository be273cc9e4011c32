"""Programs that time a model when they are told to, and the rounds in which several of them take turns."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# Threads of a runtime may spin for a while after a run: the next one must not share the cores with them.
PAUSE = 0.02


def has_tiles():
    """Whether the processor has AMX, which Hone does not use: the peers are held to AVX-512 VNNI then."""
    try:
        return "amx_int8" in pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


class Contender:
    """A process that holds one model ready in one configuration, and times it when its turn comes."""

    def __init__(self, name, command, variables=None):
        self.name, self.samples = name, []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                                        env={**os.environ, **(variables or {})})
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended with status {self.process.wait()}: {' '.join(self.process.args)}")
        return json.loads(line)

    def turn(self):
        self.process.stdin.write("go\n")
        self.samples += self.read()["samples_ms"]

    def close(self):
        """Ends the process. Hone's last answer is its report."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        if self.process.wait() != 0:
            sys.exit(f"{self.name} ended with status {self.process.returncode}")
        return json.loads(rest)["runs"][0] if rest.strip() else None


def peer(engine, model, threads, batch, seconds, isa=None):
    limit = isa or ("AVX512_CORE_VNNI" if has_tiles() else None)
    return Contender(engine, [sys.executable, str(HERE / "peer.py"), engine, str(model), str(threads), str(batch),
                              str(seconds)], {"ONEDNN_MAX_CPU_ISA": limit} if limit else None)


def hone(binary, model, threads, batch, seconds, isa=None, device="cpu", name="hone"):
    command = [str(binary), "benchmark", str(model), "--interactive", "--device", device, "--threads", str(threads),
               "--batch", str(batch), "--seconds", str(seconds)]
    return Contender(name, command + (["--isa", isa] if isa else []))


def take_turns(contenders, rounds):
    """Every round gives each contender one turn, the order moving on by one, so that none always follows the same.

    Returns, by the contender's name, what its timings come to.
    """
    for number in range(rounds):
        first = number % len(contenders)
        for contender in contenders[first:] + contenders[:first]:
            time.sleep(PAUSE)
            contender.turn()
    results = {}
    for contender in contenders:
        report, samples = contender.close(), sorted(contender.samples)
        results[contender.name] = {
            "median_ms": statistics.median(samples), "p90_ms": samples[(9 * len(samples) + 9) // 10 - 1],
            "min_ms": samples[0], "runs": len(samples)}
        if report:
            keys = ("device", "isa", "gops", "peak_gops", "percent_of_peak", "peaks", "load_ms", "first_run_ms",
                    "memory", "layers_ms")
            results[contender.name].update({key: report[key] for key in keys})
    return results
