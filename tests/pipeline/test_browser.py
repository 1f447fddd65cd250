"""The report in a real browser: no errors, no requests, nothing wider than the window, light and dark."""

import base64
import http.server
import json
import re
import shutil
import subprocess
import threading

import pytest

pytestmark = pytest.mark.slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CORPORA = {
    "scene": ["--preset=scene-english", "--seeds=0:60", "--dictionary"],
    "dyck": ["--sampler=shuffle_dyck", "--seeds=0:60"],
    "zipf": ["--sampler=zipf", "--seeds=0:60"],
}
# Measures the page from inside: what is wider than the window, what was loaded, the colours.
PROBE = """<script>addEventListener("load", () => {
  const scrolls = ".wide, .arcs";
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(scrolls) || e.matches(scrolls))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.className);
  document.querySelectorAll("details").forEach(each => { each.open = true });
  const found = {width: innerWidth, scroll: document.documentElement.scrollWidth, wide: wide,
    loaded: performance.getEntriesByType("resource").map(e => e.name), charts: document.querySelectorAll("svg").length,
    paper: getComputedStyle(document.body).backgroundColor, ink: getComputedStyle(document.body).color};
  document.title = "MEASURED" + btoa(unescape(encodeURIComponent(JSON.stringify(found))));
})</script>"""
PAGE_OF_FRAME = '<!doctype html><link rel=icon href="data:,"><body><iframe src="/real.html"></iframe></body>'
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.fixture(scope="module")
def browse(need, tmp_path_factory):
    """Return a browser: (page, width, *options) -> (what the probe measured, its log, paths that it asked for)."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        need("a browser", "apt-get install chromium")

    def look(text, width, *options, others=()):
        folder, asked = tmp_path_factory.mktemp("page"), []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(folder))

            def log_message(self, *_):
                asked.append(self.path)

        (folder / "page.html").write_text(POLICY.sub("", text).replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
        for name in others:
            (folder / name).write_text(others[name], encoding="utf-8")
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            profile = tmp_path_factory.mktemp("profile")
            frame = f"http://127.0.0.1:{server.server_port}/page.html"
            (folder / "frame.html").write_text(
                f'<link rel=icon href="data:,">'
                f'<iframe src="{frame}" style="border:0;width:{width}px;height:800px"></iframe>'
                '<script>addEventListener("load", () => setTimeout(() => { document.title = '
                "frames[0].document.title }, 50))</script>"
            )
            line = [found, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom"]
            line += ["--hide-scrollbars", "--enable-logging=stderr", "--window-size=1400,900", "--timeout=5000"]
            line += ["--virtual-time-budget=2000", *options, frame.replace("page.html", "frame.html")]
            done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=120)
            server.shutdown()
        (measured,) = re.findall("MEASURED([A-Za-z0-9+/=]+)</title>", done.stdout)
        log = [each for each in done.stderr.splitlines() if "CONSOLE" in each]
        return json.loads(base64.b64decode(measured)), log, sorted(set(asked))

    return look


@pytest.fixture(scope="module")
def pages(corpus, program, tmp_path_factory):
    """The pages of three laws, of two corpora, and of all laws."""
    made = {name: (corpus(*options) / "report.html").read_text("utf-8") for name, options in CORPORA.items()}
    both = tmp_path_factory.mktemp("both") / "both.html"
    program("report", corpus(*CORPORA["scene"]), corpus(*CORPORA["dyck"]), f"--output={both}")
    gallery = tmp_path_factory.mktemp("gallery") / "gallery.html"
    program("gallery", f"--output={gallery}")
    return made | {path.stem: path.read_text("utf-8") for path in (both, gallery)}


@pytest.mark.parametrize("name", [*CORPORA, "both", "gallery"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_the_page_and_finds_nothing_wrong(browse, pages, name, width, dark):
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    found, log, asked = browse(pages[name], width, scheme)
    assert (log, ["/frame.html", "/page.html"], found["loaded"]) == ([], asked, [])
    assert found["width"] == width
    assert (found["scroll"], found["wide"]) == (width, [])
    assert found["charts"] >= 3
    brightness = {key: sum(map(int, re.findall(r"\d+", found[key])[:3])) / 765 for key in ("paper", "ink")}
    assert (brightness["paper"] < 0.2, brightness["ink"] > 0.8) == (dark, dark)


def test_the_policy_of_the_page_forbids_nothing_that_it_does(browse, pages):
    """The probe runs in a frame of its own page, since the policy forbids programs."""
    found, log, asked = browse(PAGE_OF_FRAME, 1280, others={"real.html": pages["both"]})
    assert (log, asked, found["charts"]) == ([], ["/frame.html", "/page.html", "/real.html"], 0)


def test_the_probe_finds_what_is_wrong(browse):
    bad = (
        '<!doctype html><link rel=icon href="data:,"><body><div style="width:900px">wide</div>'
        '<img src="/gone.png"><script>console.error("oh")</script></body>'
    )
    found, log, asked = browse(bad, 360)
    assert found["scroll"] > 360
    assert "DIV." in found["wide"]
    assert "/gone.png" in asked
    assert len(log) >= 1
