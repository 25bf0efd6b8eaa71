/// The only script: it follows the journal, exchanges the parts of the page that have become others, and lets the slider
/// travel. Without it the page can be read all the same.
enum PageScript {
    static let text = #"""
        'use strict';
        (() => {
          const $ = id => document.getElementById(id);
          const link = $('link');
          let source = null, head = Number(document.body.dataset.head), journal = document.body.dataset.journal;
          let isLive = document.body.dataset.live === 'yes';
          let timer = 0, isAsking = false, wantsMore = false, pause = 150, address = location.href;

          // Times: "ago" goes on, and each has the local time in its title.
          const ago = ms => { const s = Math.max(0, Math.floor(ms / 1000));
            return s < 2 ? 'just now' : s < 120 ? s + ' s ago' : s < 7200 ? Math.floor(s / 60) + ' min ago'
              : s < 172800 ? Math.floor(s / 3600) + ' h ago' : Math.floor(s / 86400) + ' days ago'; };
          const localise = root => { for (const time of root.querySelectorAll('time[datetime]')) {
            const date = new Date(time.dateTime);
            if (!isNaN(date)) time.title = time.dateTime.slice(0, 19).replace('T', ' ') + ' UTC, '
              + date.toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'long'}); } };
          const tick = () => {
            $('clock').textContent = new Date().toISOString().slice(11, 19) + ' UTC';
            if (isLive) for (const time of document.querySelectorAll('time.ago')) {
              const words = ago(Date.now() - Date.parse(time.dateTime));
              if (time.textContent !== words) time.textContent = words;
            }
          };

          // Parts: exchanged where the server's text of them changed; what is unfolded stays so, and the focus where it was.
          const plain = part => part.outerHTML.replace(/(<time class="ago"[^>]*>)[^<]*/g, '$1').replace(/ open=""/g, '');
          const known = new Map();
          const remember = root => { for (const part of root.querySelectorAll('[data-part]')) known.set(part.dataset.part, plain(part)); };
          const isTyping = part => { const e = document.activeElement;
            return e && part.contains(e) && (e.matches('input,textarea') || [...part.querySelectorAll('form.answer input:not([type=hidden])')].some(i => i.value)); };
          const exchange = fresh => {
            for (const part of fresh.querySelectorAll('[data-part]')) {
              const name = part.dataset.part, text = plain(part);
              const old = document.querySelector('[data-part="' + CSS.escape(name) + '"]');
              if (known.get(name) === text || !old || isTyping(old)) continue;
              known.set(name, text);
              const open = new Set([...old.querySelectorAll('details[open][id]')].map(e => e.id));
              const shut = new Set([...old.querySelectorAll('details:not([open])[id]')].map(e => e.id));
              const focus = old.contains(document.activeElement) ? document.activeElement : null;
              const id = focus && (focus.id || (focus.closest('details[id]') || {}).id);
              const next = document.importNode(part, true);
              for (const one of next.querySelectorAll('details[id]')) {
                if (open.has(one.id)) one.open = true; else if (shut.has(one.id)) one.open = false;
              }
              localise(next);
              old.replaceWith(next);
              const again = id && $(id);
              if (again) (again.matches('details') ? again.querySelector('summary') : again).focus({preventScroll: true});
            }
            const slider = $('at'), most = $('at-words') && $('at-words').dataset.max;
            if (slider && isLive && most && most !== slider.max) { slider.max = most; slider.value = most; }
            // The banner of the past comes and goes.
            const banner = fresh.querySelector('.banner'), here = document.querySelector('.banner');
            if (banner && !here) $('main').prepend(document.importNode(banner, true));
            if (!banner && here) here.remove();
          };
          const load = async url => {
            const began = performance.now();
            const answer = await fetch(url, {headers: {Accept: 'text/html'}, cache: 'no-store', redirect: 'manual'});
            if (answer.type === 'opaqueredirect') { location.reload(); return; }
            const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
            if (!fresh.getElementById('main')) { location.reload(); return; }
            if (answer.ok) exchange(fresh);
            pause = Math.max(150, 2 * (performance.now() - began));
          };
          const refresh = async () => {
            timer = 0;
            if (!isLive) return;
            if (isAsking) { wantsMore = true; return; }
            isAsking = true;
            try { await load(address); } catch { wantsMore = true; }
            isAsking = false;
            if (wantsMore) { wantsMore = false; soon(); }
          };
          const soon = () => { if (!timer) timer = setTimeout(refresh, pause); };

          // Events.
          const say = (words, look) => { if (link.textContent !== words) link.textContent = words; link.className = 'link ' + look; };
          const line = entry => {
            const log = $('log');
            if (!log || log.dataset.run !== entry.run) return;
            const item = document.createElement('li'), time = document.createElement('time'), text = document.createElement('span');
            time.dateTime = entry.time;
            time.textContent = entry.time.slice(11, 19);
            text.textContent = entry.sentence.length > 180 ? entry.sentence.slice(0, 180) + '…' : entry.sentence;
            item.append(time, ' ');
            if (entry.step) { const step = document.createElement('b'); step.textContent = entry.step; item.append(step, ' '); }
            item.append(text);
            log.prepend(item);
            while (log.children.length > 8) log.lastChild.remove();
          };
          const follow = () => {
            if (source) source.close();
            source = new EventSource('/api/events?after=' + head + '&journal=' + journal);
            source.onopen = () => say('live', 'on');
            source.onerror = () => {
              say('not connected: this is as of entry ' + head + '. Trying again', 'off');
              if (source.readyState === EventSource.CLOSED) setTimeout(() => { follow(); soon(); }, 3000);
            };
            source.addEventListener('entry', event => {
              const entry = JSON.parse(event.data);
              // A connection that broke before its first event begins where it began.
              if (entry.sequence <= head) return;
              head = entry.sequence;
              document.body.dataset.head = head;
              line(entry);
              soon();
            });
            source.addEventListener('failure', event => {
              const failure = JSON.parse(event.data);
              if (failure.what) say(failure.what + '. ' + failure.next, 'off'); else say('live', 'on');
              soon();
            });
            source.addEventListener('reload', () => location.reload());
          };

          // The slider: while it moves the page shows the past.
          const slider = $('at');
          let travelling = 0;
          const travel = async () => {
            const to = slider.value;
            const isNow = Number(to) >= Number(slider.max);
            address = location.pathname + (isNow ? '' : '?at=' + to);
            history.replaceState(null, '', address);
            isLive = isNow;
            if (isNow) { follow(); } else { if (source) { source.close(); source = null; } say('the past', 'past'); }
            await load(address);
            if (slider.value !== to) await travel();
          };
          if (slider) slider.addEventListener('input', () => {
            $('at-words').textContent = 'entry ' + slider.value;
            clearTimeout(travelling);
            travelling = setTimeout(() => travel().catch(() => {}), 60);
          });

          remember(document);
          localise(document);
          tick();
          setInterval(tick, 1000);
          if (isLive) follow();
          addEventListener('pageshow', event => { if (event.persisted && isLive) { follow(); soon(); } });
          document.addEventListener('visibilitychange', () => { if (!document.hidden && isLive) soon(); });
        })();
        """#
}
