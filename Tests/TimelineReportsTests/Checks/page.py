"""Opens a page in headless Chromium over its DevTools pipe: page.py CHROMIUM FILE FOLDER [pictures].

At three widths, light and dark, it looks for what keeps people out (missing labels, weak contrast, hidden focus, headings out
of order, text wider than the screen), for anything that is run or loaded, and prints the page to a PDF. Prints what is wrong."""
import base64, json, os, sys
from browser import AUDIT, Chromium, tab_through

chromium, page, folder = sys.argv[1:4]
with_pictures = "pictures" in sys.argv

def look(chromium, width, scheme):
    where = f"{width} {scheme}:"
    chromium.events.clear()
    chromium.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
    chromium.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
    chromium.open("file://" + os.path.abspath(page))
    for wrong in chromium.value(AUDIT): print(where, wrong)
    if chromium.value("!!(window.pwned || document.querySelector('script,img,iframe,object,embed,link,base'))"):
        print(where, "something that runs or loads")
    for event in chromium.events:
        if event.get("method") == "Network.requestWillBeSent":
            url = event["params"]["request"]["url"]
            if url != "file://" + os.path.abspath(page): print(where, "asks for", url[:120])
        if event.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"): print(where, json.dumps(event["params"])[:300])
    if with_pictures:
        size = chromium.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], 6000), "scale": 1}
        picture = chromium.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        with open(f"{folder}/{width}-{scheme}.png", "wb") as file: file.write(base64.b64decode(picture["data"]))


def filter_works(chromium):
    before = "[...document.querySelectorAll('.chronology>li')].filter(e => e.checkVisibility()).length"
    looks = "[...document.querySelectorAll('.chronology>li.look')].filter(e => e.checkVisibility()).length"
    all_rows, some = chromium.value(before), chromium.value(looks)
    box = chromium.value("(() => { const b = document.querySelector('#show-look'); b.scrollIntoView(); const r = b.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
    for kind in ("mousePressed", "mouseReleased"):
        chromium.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
    if not some or chromium.value(before) != all_rows - some: print("filter: hides nothing, or the wrong rows")


chromium = Chromium(chromium)
try:
    target = chromium.call("Target.createTarget", url="about:blank")["targetId"]
    chromium.session = chromium.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Network", "Log"): chromium.call(domain + ".enable")
    # The page has no script; that it needs none is seen by forbidding it. What is evaluated from here runs all the same.
    for width in (390, 1024, 1920):
        for scheme in ("light", "dark"): look(chromium, width, scheme)
    tab_through(chromium)
    filter_works(chromium)
    chromium.call("Emulation.setEmulatedMedia", media="", features=[])
    pdf = base64.b64decode(chromium.call("Page.printToPDF", printBackground=True)["data"])
    if not pdf.startswith(b"%PDF-") or len(pdf) < 20_000: print("print: no page in the PDF")
    with open(folder + "/page.pdf", "wb") as file: file.write(pdf)
finally:
    chromium.end()
