#!/usr/bin/env python3
"""Adds up what the suites of `.ci/run` reported.

    summarise.py LOG_DIR SUITE ...

Every suite has LOG_DIR/<suite>.log and LOG_DIR/<suite>.status. A suite that reports tests (Swift Testing, pytest, the
conformance runner, the NEON tests) counts with its numbers, another one as a single test; one that ended badly without reporting a
failure counts as one failure, so that no breakage is lost. The last line is `N passed, N failed`, and `, N skipped`.
"""
import pathlib
import re
import sys

ANSI = re.compile(r"\x1b\[[0-9;]*m")
SWIFT_RUN = re.compile(r"Test run with (\d+) tests?.* (?:passed|failed) after")
SWIFT_TEST = re.compile(r"^\S+\s+Test (?!run\b|case\b)(.+) (failed after|skipped)")
# What pytest and the conformance runner end with: counts of several kinds, or one of them and the time it took. A compiler's
# "2 errors generated." in the output of a test is none.
COUNTS = re.compile(r"^=* ?\d+ (?:passed|failed|skipped|deselected|errors?)(?:, \d+ [a-z]+)*(?: in [\d.]+s.*)?[ =]*$")
FAILURE = re.compile(r"^(?:FAILED |ERROR |failed: )(?P<name>\S.*)")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")


def counts(text):
    """(passed, failed, skipped), None if the log reports no tests."""
    total, failed, skipped, found = 0, 0, 0, False
    swift_failed, swift_skipped = set(), set()
    for line in ANSI.sub("", text).splitlines():
        if run := SWIFT_RUN.search(line):
            total, found = total + int(run.group(1)), True
        elif test := SWIFT_TEST.match(line):
            (swift_failed if test.group(2).startswith("failed") else swift_skipped).add(test.group(1))
        elif line.startswith("skipped: "):
            skipped, found = skipped + 1, True
        elif COUNTS.match(line):
            for number, kind in COUNT.findall(line):
                found = True
                if kind in ("passed", "xpassed"):
                    total += int(number)
                elif kind in ("skipped", "xfailed"):
                    skipped += int(number)
                else:
                    failed += int(number)
                    total += int(number)
    if not found:
        return None
    failed += len(swift_failed)
    skipped += len(swift_skipped)
    return total - failed - len(swift_skipped), failed, skipped


def failures(text):
    """The names of what failed, as the runners print them, each once."""
    names = []
    for line in ANSI.sub("", text).splitlines():
        test = SWIFT_TEST.match(line)
        if test and test.group(2).startswith("failed"):
            names.append(test.group(1))
        elif other := FAILURE.match(line):
            names.append(other.group("name"))
    return list(dict.fromkeys(names))


def main():
    folder, suites = pathlib.Path(sys.argv[1]), sys.argv[2:]
    sums = [0, 0, 0]
    for suite in suites:
        log, status_file = folder / f"{suite}.log", folder / f"{suite}.status"
        status = int(status_file.read_text()) if status_file.exists() else 1
        reported = counts(log.read_text(errors="replace")) if log.exists() else None
        passed, failed, skipped = reported or (int(status == 0), 0, 0)
        if status != 0 and failed == 0:
            failed = 1
        print(f"{suite:<12} {'ok' if status == 0 else 'FAILED':<7} {passed} passed, {failed} failed, {skipped} skipped")
        for position, number in enumerate((passed, failed, skipped)):
            sums[position] += number
    # At the end, where a reader of a long log looks first.
    for suite in suites:
        log = folder / f"{suite}.log"
        for name in failures(log.read_text(errors="replace")) if log.exists() else []:
            print(f"failed in {suite}: {name[:200]}")
    print(f"{sums[0]} passed, {sums[1]} failed" + (f", {sums[2]} skipped" if sums[2] else ""))
    return 1 if sums[1] else 0


if __name__ == "__main__":
    sys.exit(main())
