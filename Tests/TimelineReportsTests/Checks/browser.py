"""Chromium over its DevTools pipe, and what is looked for in a page: missing labels, weak contrast, headings out of order, text
wider than the screen, hidden focus."""
import json, os, shutil, subprocess, tempfile

AUDIT = r"""
(() => {
  const wrong = [];
  const say = text => wrong.push(text);
  const shown = element => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const name = element => (element.id ? '#' + element.id : element.tagName.toLowerCase() + '.' + element.getAttribute('class'))
    + ' "' + element.textContent.trim().slice(0, 30) + '"';

  // What a page must have.
  if (document.documentElement.lang !== 'en') say('no lang');
  if (!document.title) say('no title');
  if (document.querySelectorAll('main').length !== 1) say('not one main');
  if (document.querySelectorAll('h1').length !== 1) say('not one h1');
  const ids = new Map();
  for (const element of document.querySelectorAll('[id]')) ids.set(element.id, (ids.get(element.id) || 0) + 1);
  for (const [id, count] of ids) if (count > 1) say('the id ' + id + ' is there ' + count + ' times');
  for (const element of document.querySelectorAll('[aria-labelledby]'))
    if (!document.getElementById(element.getAttribute('aria-labelledby'))?.textContent) say('no label of ' + name(element));
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    if (!document.getElementById(decodeURIComponent(link.getAttribute('href').slice(1)))) say('nowhere to go: ' + name(link));
    if (!link.textContent.trim()) say('a link without words');
  }
  let level = 0;
  for (const heading of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say('heading ' + name(heading) + ' skips a level');
    level = own;
  }
  for (const input of document.querySelectorAll('input:not([type=hidden]),select,textarea'))
    if (!input.labels?.length || !input.labels[0].textContent.trim()) say('no label: ' + name(input));
  for (const svg of document.querySelectorAll('svg'))
    if (!svg.closest('[aria-hidden=true]') && !svg.hasAttribute('aria-label')) say('a picture without words: ' + name(svg.parentElement));
  for (const table of document.querySelectorAll('table'))
    if (!table.querySelector('th[scope]')) say('a table without heads');
  for (const list of document.querySelectorAll('ul,ol'))
    for (const child of list.children) if (child.tagName !== 'LI') say('in a list: ' + child.tagName);

  // Nothing wider than the screen.
  if (document.scrollingElement.scrollWidth > window.innerWidth + 1) say('wider than the screen: ' + document.scrollingElement.scrollWidth);
  for (const element of document.querySelectorAll('main *')) {
    if (element.closest('svg') || !shown(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > window.innerWidth + 1) { say('sticks out: ' + name(element) + ' ' + box.right); break; }
  }

  // Contrast of text, WCAG 2.2, 1.4.3.
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = c => { const f = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
  const behind = element => { for (let e = element; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; }
    return rgba('Canvas'); };
  const weak = new Set();
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('style,title,rect,circle') || !shown(element) || element.matches('.skip')) continue;
    const style = getComputedStyle(element);
    const ink = rgba(element.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    looked += 1;
    if (ratio < 4.5) weak.add(ratio.toFixed(2) + ' ' + element.tagName + '.' + element.getAttribute('class'));
  }
  if (looked < 40) say('only ' + looked + ' texts were looked at');
  for (const one of weak) say('contrast ' + one);
  // Bars, 1.4.11: at least 3 to 1 for what carries a meaning.
  for (const bar of document.querySelectorAll('rect.done,rect.bad,rect.doubt,circle')) {
    const [a, b] = [light(rgba(getComputedStyle(bar).fill)), light(behind(bar))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 3) { say('contrast of a bar ' + bar.getAttribute('class') + ' ' + ratio.toFixed(2)); break; }
  }
  return wrong;
})()
"""

FOCUS = r"""
(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const all = [...document.querySelectorAll('a[href],summary,input,button,textarea,select')].filter(e => e.checkVisibility());
  return {index: all.indexOf(element), count: all.length, outline: style.outlineStyle, width: box.width, top: box.top, bottom: box.bottom,
    height: innerHeight, name: element.tagName + ' ' + element.textContent.trim().slice(0, 30)};
})()
"""


class Chromium:
    def __init__(self, chromium):
        self.profile = tempfile.mkdtemp(prefix="handover-chromium-")
        to_read, self.write = os.pipe()
        self.read, to_write = os.pipe()

        def ends():
            # Chromium reads commands from descriptor 3 and writes answers to 4.
            first, second = os.dup(to_read), os.dup(to_write)
            os.dup2(first, 3), os.dup2(second, 4)

        self.process = subprocess.Popen(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
             "--user-data-dir=" + self.profile, "--remote-debugging-pipe", "about:blank"],
            preexec_fn=ends, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "HOME": self.profile, "TMPDIR": self.profile})
        os.close(to_read), os.close(to_write)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session: message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data: data = data[os.write(self.write, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer: raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while True:
            for index, event in enumerate(self.events):
                if event.get("method") == method: return self.events.pop(index)
            self.events.append(self.receive())

    def open(self, address):
        """Goes to a page and waits until that page has loaded: the event of an earlier page, which may still be on its way, is passed over."""
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        loader = self.call("Page.navigate", url=address)["loaderId"]
        while True:
            values = self.wait("Page.lifecycleEvent")["params"]
            if values["loaderId"] == loader and values["name"] == "load": return

    def receive(self):
        while b"\0" not in self.buffer:
            more = os.read(self.read, 1 << 20)
            if not more: raise RuntimeError("Chromium has gone")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result: raise RuntimeError(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def end(self):
        try: os.killpg(self.process.pid, 9)
        except ProcessLookupError: pass
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def tab_through(chromium):
    """Every control is reached by Tab, in the order in which it is read, and seen to have the focus."""
    seen, last = 0, -1
    chromium.value("document.body.focus()")
    count = None
    for _ in range(400):
        for kind in ("rawKeyDown", "keyUp"):
            chromium.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        focus = chromium.value(FOCUS)
        if focus is None or focus["index"] < last: break
        # A field for a time has stops of its own.
        if focus["index"] == last: continue
        if focus["index"] != last + 1: print("keyboard: passes over a control before", focus["name"])
        if focus["outline"] == "none": print("keyboard: no outline at", focus["name"])
        if focus["bottom"] < 0 or focus["top"] > focus["height"]: print("keyboard: out of sight", focus["name"])
        last, seen, count = focus["index"], seen + 1, focus["count"]
    if not count or seen < min(count, 400): print("keyboard: reached", seen, "of", count)
