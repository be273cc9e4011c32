#!/usr/bin/env python3
"""Looks at a report.html in a real browser: pictures at desktop and phone width, and a print.

    docs/screenshots.py REPORT [--output FOLDER] [--all]

Writes report-desktop.png (1280 wide) and report-phone.png (390 wide), whole pages, into the folder of this script or
FOLDER. --all adds both in the dark and without scripts, and the print as report.pdf.

Fails if the page is wider than the window, light or dark, with scripts or without; if its script fails; if it asks for
anything from the network; or if it does not print on A4. Drives Chromium through its DevTools protocol over a pipe, which
needs nothing but Python: https://chromedevtools.github.io/devtools-protocol/
"""
import argparse
import base64
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE_S = 120
# A file of the repository stays under 500,000 bytes; these are to be seen on a page, and less will do.
MOST_BYTES = 400_000
# Width, pixels for each CSS pixel, whether the browser is a phone's.
WINDOWS = {"desktop": (1280, 800, 1, False), "phone": (390, 844, 1.5, True)}
OVERFLOW = """(() => {
  const limit = document.documentElement.clientWidth;
  const scrolled = element => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX)) return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.right > limit + 1 || box.left < -1) && !scrolled(element);
  });
  return {limit, inner: innerWidth, width: document.documentElement.scrollWidth,
          height: Math.floor(document.documentElement.getBoundingClientRect().height),
          wide: wide.slice(0, 5).map(element => element.tagName + "." + (element.className.baseVal ?? element.className)
            + " " + element.textContent.trim().slice(0, 40))};
})()"""


class Browser:
    """A Chromium without a window, spoken to over a pipe; messages end with a NUL."""

    def __init__(self, profile):
        program = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
        if not program:
            sys.exit("screenshots: no Chromium found; `make screenshots` installs it")
        command_read, self.commands = os.pipe()
        self.answers, answer_write = os.pipe()
        arguments = [
            program, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--force-color-profile=srgb",
            f"--user-data-dir={profile}", "about:blank"]
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")

        # Chromium reads commands from descriptor 3 and answers on 4. Copied up first: a pipe's end may be 3 or 4 itself.
        def place():
            source, target = os.dup2(command_read, 20), os.dup2(answer_write, 21)
            os.dup2(source, 3)
            os.dup2(target, 4)

        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            arguments, close_fds=False, preexec_fn=place, stdout=self.log, stderr=self.log)
        os.close(command_read)
        os.close(answer_write)
        self.buffer = b""
        self.number = 0
        self.events = []
        target = self.call("Target.createTarget", {"url": "about:blank"}, None)["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, None)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def read(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.answers], [], [], max(deadline - time.monotonic(), 0))
            chunk = os.read(self.answers, 1 << 20) if ready else b""
            if not chunk:
                self.log.seek(0)
                sys.exit("screenshots: the browser does not answer:\n" + self.log.read()[-2000:].decode(errors="replace"))
            self.buffer += chunk
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, parameters=None, session=""):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        deadline = time.monotonic() + DEADLINE_S
        while True:
            answer = self.read(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"screenshots: {method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        deadline = time.monotonic() + DEADLINE_S
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.read(deadline))

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        if "exceptionDetails" in answer:
            sys.exit(f"screenshots: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def close(self):
        self.call("Browser.close", session=None)
        self.process.wait(timeout=30)


def load(browser, url, window, scheme, scripts):
    """Opens the page; gives what it measures and what it complains about."""
    width, height, factor, is_mobile = window
    browser.call("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": factor, "mobile": is_mobile})
    browser.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.call("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    browser.events = []
    browser.call("Page.navigate", {"url": url})
    browser.wait("Page.loadEventFired")
    complaints = []
    for event in browser.events:
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            complaints.append(f"the script failed: {parameters['exceptionDetails'].get('text')}")
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            complaints.append(f"the browser complains: {parameters['entry']['text'][:300]}")
        elif method == "Network.requestWillBeSent":
            asked = parameters["request"]["url"]
            if asked != url and not asked.startswith(("data:", "about:")):
                complaints.append(f"it asks for {asked[:200]}")
    # Evaluation from here is not the page's own script, and so is allowed where that is not.
    size = browser.evaluate(OVERFLOW)
    if size["inner"] > width or max(size["width"], size["limit"]) > width or size["wide"]:
        complaints.append(f"{size['width']} wide in a window of {width}: {size['wide']}")
    return size, complaints


def picture(browser, size, window):
    clip = {"x": 0, "y": 0, "width": window[0], "height": size["height"], "scale": 1}
    answer = browser.call("Page.captureScreenshot", {
        "format": "png", "captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(answer["data"])


def pages(browser):
    """The page as it is printed on A4."""
    browser.call("Emulation.clearDeviceMetricsOverride")
    answer = browser.call("Page.printToPDF", {
        "preferCSSPageSize": True, "printBackground": True, "transferMode": "ReturnAsBase64"})
    document = base64.b64decode(answer["data"])
    return document, len(re.findall(rb"/Type\s*/Page\b", document)), re.findall(rb"/MediaBox\s*\[([^]]*)\]", document)


def smaller(data, folder):
    """The same picture in few colours, which is all that a page of text and lines has."""
    path = pathlib.Path(folder) / "picture.png"
    path.write_bytes(data)
    subprocess.run(["pngquant", "--force", "--output", path, "--speed", "1", "64", path], check=True)
    return path.read_bytes()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("report", type=pathlib.Path)
    arguments.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    arguments.add_argument("--all", action="store_true", help="also dark, without scripts, and print")
    options = arguments.parse_args()
    if not options.report.is_file():
        sys.exit(f"screenshots: there is no file {options.report}")
    url = options.report.resolve().as_uri()
    options.output.mkdir(parents=True, exist_ok=True)
    failures = 0
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        for name, window in WINDOWS.items():
            for scheme, scripts in (("light", True), ("dark", True), ("light", False)):
                size, complaints = load(browser, url, window, scheme, scripts)
                title = f"{name}{'' if scheme == 'light' else '-dark'}{'' if scripts else '-static'}"
                if (scheme, scripts) == ("light", True) or options.all:
                    data = smaller(picture(browser, size, window), profile)
                    (options.output / f"report-{title}.png").write_bytes(data)
                    if len(data) > MOST_BYTES and (scheme, scripts) == ("light", True):
                        complaints.append(f"the picture has {len(data)} bytes, {MOST_BYTES} at most")
                for complaint in complaints:
                    print(f"report-{title}: {complaint}")
                failures += len(complaints)
                print(f"report-{title}: {window[0]} x {size['height']}, {len(complaints)} complaints")
        document, count, boxes = pages(browser)
        for box in boxes:
            numbers = [float(number) for number in box.split()]
            if abs(numbers[2] - 595) > 1.5 or abs(numbers[3] - 842) > 1.5:
                print(f"report.pdf: a page of {numbers[2]:.0f} x {numbers[3]:.0f} points, not A4")
                failures += 1
        if not count or not boxes:
            print("report.pdf: no pages")
            failures += 1
        if options.all:
            (options.output / "report.pdf").write_bytes(document)
        print(f"report.pdf: {count} pages of A4")
        browser.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
