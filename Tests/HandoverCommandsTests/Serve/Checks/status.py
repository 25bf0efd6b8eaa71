"""Uses the status page in headless Chromium: status.py CHROMIUM URL TOKEN HANDOVER JOURNAL RUN FOLDER [pictures].

Logs in, looks at every page at three widths, light and dark (labels, contrast, order of headings, width, anything that is loaded
from elsewhere, errors of the console), goes through it by keyboard, watches an entry of another process arrive, travels with the
slider, reads it without a script, and says yes to what the run asks. Prints what is wrong."""
import base64, json, os, subprocess, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../TimelineReportsTests/Checks"))
from browser import AUDIT, Chromium, tab_through

program, url, token, handover, journal, run, folder = sys.argv[1:8]
with_pictures = "pictures" in sys.argv


def until(what, expression, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if chromium.value(expression): return True
        except RuntimeError: pass  # The page is being exchanged.
        time.sleep(0.02)
    print("never came:", what)
    return False


def settle(where):
    """What the page asked for and what its console said since the last time."""
    for event in chromium.events:
        method, values = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent" and not values["request"]["url"].startswith((url, "data:")): print(where, "asks for", values["request"]["url"][:120])
        if method == "Runtime.exceptionThrown" or method == "Log.entryAdded" and values["entry"]["level"] != "verbose": print(where, json.dumps(values)[:400])
        if method == "Runtime.consoleAPICalled": print(where, "console:", json.dumps(values)[:300])
    chromium.events.clear()


def look(path, name, width, scheme):
    where = f"{name} {width} {scheme}:"
    chromium.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
    chromium.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
    chromium.open(url + path)
    for wrong in chromium.value(AUDIT):
        if not wrong.startswith("only "): print(where, wrong)
    if chromium.value("!!(window.pwned || document.querySelector('main img,main script,main iframe,base'))"): print(where, "text became markup")
    settle(where)
    if with_pictures:
        size = chromium.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], 6000), "scale": 1}
        picture = chromium.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        with open(f"{folder}/{name}-{width}-{scheme}.png", "wb") as file: file.write(base64.b64decode(picture["data"]))


def press(key, code, number, text=None):
    for kind in ("rawKeyDown" if text is None else "keyDown", "keyUp"):
        extra = {"text": text} if text and kind == "keyDown" else {}
        chromium.call("Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=number, **extra)


chromium = Chromium(program)
try:
    target = chromium.call("Target.createTarget", url="about:blank")["targetId"]
    chromium.session = chromium.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Network", "Log"): chromium.call(domain + ".enable")

    # The login, as a person does it.
    look("/", "login", 390, "light")
    chromium.value("document.getElementById('token').focus()")
    chromium.call("Input.insertText", text=token)
    press("Enter", "Enter", 13, "\r")
    if not until("the page after the login", "document.getElementById('main') && document.getElementById('main').matches('.overview')"): sys.exit(0)
    settle("login:")

    for width in (390, 1280, 1920):
        for scheme in ("light", "dark"):
            look("/", "overview", width, scheme)
            look("/runs/" + run, "run", width, scheme)
    for scheme in ("light", "dark"): look("/?at=9", "past", 390, scheme)
    for path, name in (("/", "overview"), ("/runs/" + run, "run")):
        chromium.open(url + path)
        tab_through(chromium)
        text = chromium.value("document.querySelector('main').innerText")
        if "<script>" not in text: print(name, "does not show hostile text as text")

    # An entry of another process.
    chromium.open(url + "/")
    until("the connection", "document.getElementById('link').textContent === 'live'")
    note = "live <img src=x onerror=window.pwned=1> \u202e note"
    subprocess.run([handover, "note", run, note, "--journal", journal, "--actor", "ops"], check=True, stdout=subprocess.DEVNULL)
    until("the entry", "document.querySelector('[data-part=now]').textContent.includes('live <img src=x')")
    until("the place", "document.getElementById('at').value === document.body.dataset.head")
    if chromium.value("!!(window.pwned || document.querySelector('main img'))"): print("live: text became markup")

    # The slider, by keyboard, and back.
    chromium.value("document.getElementById('at').focus()")
    press("Home", "Home", 36)
    press("ArrowRight", "ArrowRight", 39)
    press("ArrowRight", "ArrowRight", 39)
    until("the past", "document.querySelector('.banner') && document.querySelector('.banner').textContent.includes('entry 2 of')")
    until("the address of the past", "location.search === '?at=2'")
    if chromium.value("document.querySelectorAll('form.answer').length") != 0: print("the past asks for answers")
    press("End", "End", 35)
    until("now", "!document.querySelector('.banner') && location.search === ''")
    settle("slider:")

    # Without a script.
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    chromium.open(url + "/?at=2")
    if "You look at the past" not in chromium.value("document.body.innerText"): print("without a script there is no past")
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)

    # The answer: first without the word, then with it.
    for word, wanted in (("", "the word dc2, typed"), ("dc2", "approved")):
        chromium.open(url + "/runs/" + run)
        until("the form", "document.readyState === 'complete' && document.querySelector('form.answer [name=said]') !== null")
        chromium.value("document.querySelector('form.answer [name=said]').focus()")
        if word: chromium.call("Input.insertText", text=word)
        box = chromium.value("(() => { const b = document.querySelector('form.answer button.yes'); b.scrollIntoView({block: 'center'}); const r = b.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            chromium.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        until(f"the answer to \"{word}\"", f"document.body.innerText.includes({json.dumps(wanted)})")
        # A refusal has a status of its own, which the console tells.
        chromium.events.clear()
finally:
    chromium.end()
