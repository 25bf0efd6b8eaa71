"""Prints the first contentful paint of pages in milliseconds, each the median of five loads with an empty cache:
paint.py CHROMIUM URL PATH…"""
import os, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../TimelineReportsTests/Checks"))
from browser import Chromium

program, url, *paths = sys.argv[1:]
PAINT = "(performance.getEntriesByName('first-contentful-paint')[0] || {}).startTime"

chromium = Chromium(program)
try:
    target = chromium.call("Target.createTarget", url="about:blank")["targetId"]
    chromium.session = chromium.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Network"): chromium.call(domain + ".enable")
    chromium.call("Network.setCacheDisabled", cacheDisabled=True)
    for path in paths:
        figures = []
        for _ in range(5):
            chromium.events.clear()
            chromium.open(url + path)
            paint = None
            while paint is None:
                paint = chromium.value(PAINT)
                time.sleep(0.01)
            figures.append(paint)
        print(sorted(figures)[2])
finally:
    chromium.end()
