import { Signal } from '../../../twistchat/frontends/web/static/signal.js';
import { mountLog } from '../../../twistchat/frontends/web/static/ui/log.js';
import { Words } from '../../../twistchat/frontends/web/static/words.js';
import { enWords } from '../../../twistchat/frontends/web/static/words/en.js';
import { equal, frames, ok, testInBrowser } from './kit.js';

const NOW = new Date(2026, 2, 4, 12).getTime() / 1000;

/** The log's own looks: without them nothing stands where it should. */
const dressed = globalThis.document && Promise.all(['base', 'controls', 'log', 'log-marks'].map((name) => new Promise((go) => {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL(`../../../twistchat/frontends/web/static/css/${name}.css`, import.meta.url).href;
  link.addEventListener('load', go);
  document.head.append(link);
})));

/** Frames, until it is so. */
async function until(isSo) {
  for (let turn = 0; !isSo(); turn += 1) {
    ok(turn < 300, `${isSo} never came`);
    await frames(1);
  }
}

class FakeLog {
  items = [];
  epoch = 'e';
  hasOlder = false;
  isLoading = false;
  changed = new Signal();

  find(number) {
    return this.items.find((item) => item.number === number);
  }

  tell(type, items = []) {
    this.changed.tell({ type, items, index: 0 });
  }
}

/** The log of a room in a page of its own: with a place, and everything that it is told and asks. */
class Try {
  asked = [];
  #id = 0;

  constructor(given = {}) {
    document.querySelectorAll('#log').forEach((place) => place.remove());
    this.place = document.createElement('section');
    this.place.id = 'log';
    this.place.style.setProperty('height', '300px');
    this.place.style.setProperty('position', 'relative');
    document.body.append(this.place);
    this.room = { key: '#lab', name: '#lab', kind: 'room', log: new FakeLog(), unread: 0, readNumber: null, ...given };
    const words = new Words({ language: 'en', wished: ['en-GB'] });
    words.learn(enWords);
    this.chat = {
      me: { name: 'me', operator: false },
      conversations: new Map([['#lab', this.room]]),
      arrived: new Signal(),
      changed: new Signal(),
    };
    const asks = (name) => async (conversation, value) => this.asked.push([name, value?.id ?? value]);
    this.session = { markRead: asks('read'), loadOlder: asks('older'), loadGap: asks('gap'), goTo: async () => null };
    this.session.resend = (item) => this.asked.push(['resend', item.id]);
    this.session.discard = (item) => this.asked.push(['discard', item.id]);
    this.view = { key: null, isVisible: true, opened: new Signal(), seen: new Signal(), open: (...to) => this.asked.push(['open', ...to]) };
    const dialogs = { person: (name) => this.asked.push(['person', name]) };
    mountLog(this.place, { words, t: words.t, chat: this.chat, session: this.session, view: this.view, dialogs });
    this.scroller = this.place.querySelector('[role=log]');
  }

  item(kind, who, text, given = {}) {
    this.#id += 1;
    const number = kind === 'said' && !given.state ? this.#id : undefined;
    return { id: `i${this.#id}`, kind, who, text, number, time: NOW + this.#id, isMine: who === 'me', ...given };
  }

  said(count, who = 'bob') {
    return Array.from({ length: count }, (_, at) => this.item('said', who, `line ${at}`));
  }

  open(number = null) {
    this.view.opened.tell({ key: '#lab', conversation: this.room, number });
    return frames();
  }

  /** Lines come. */
  async come(...items) {
    for (const item of items) {
      this.room.log.items.push(item);
      this.room.log.tell('append', [item]);
      this.chat.arrived.tell({ conversation: this.room, item, isPast: false, isMention: false });
    }
    await frames();
  }

  get text() {
    return this.scroller.innerText;
  }

  get button() {
    return this.place.querySelector('.log-below');
  }
}

async function begin(given, fill = () => []) {
  await dressed;
  const tried = new Try(given);
  tried.room.log.items.push(...fill(tried));
  await tried.open();
  return tried;
}

testInBrowser('what is said is text, and nothing else', async () => {
  const tried = await begin({}, (one) => [one.item('said', '<b>bob</b>', '<img src=x onerror=alert(1)> https://example.com/')]);
  ok(tried.text.includes('<img src=x onerror=alert(1)>'));
  ok(tried.text.includes('<b>bob</b>'));
  ok(!tried.scroller.querySelector('img, b'));
  const link = tried.scroller.querySelector('a');
  equal([link.href, link.target, link.rel], ['https://example.com/', '_blank', 'noopener noreferrer nofollow']);
});

testInBrowser('the last line is seen and read; not while nobody looks', async () => {
  const tried = await begin({}, (one) => one.said(100));
  equal(tried.asked, [['read', 100]]);
  tried.view.isVisible = false;
  await tried.come(...tried.said(1));
  equal(tried.asked.length, 1);
  ok(tried.scroller.querySelector('.log-new'), 'what came meanwhile is called new');
  tried.view.isVisible = true;
  tried.view.seen.tell(true);
  equal(tried.asked.at(-1), ['read', 101]);
});

testInBrowser('lines below are counted, and a click goes there', async () => {
  const tried = await begin({}, (one) => one.said(100));
  ok(tried.button.hidden);
  tried.scroller.scrollTop = 300;
  await frames();
  equal(tried.button.innerText.trim(), 'To the end');
  await tried.come(...tried.said(3), tried.item('joined', 'ann', ''));
  equal(tried.button.innerText.trim(), '3 new lines below');
  equal(tried.asked, [['read', 100]]);
  tried.button.click();
  await frames();
  ok(tried.button.hidden);
  equal(tried.asked.at(-1), ['read', 103]);
});

testInBrowser('a conversation with new lines opens where they begin', async () => {
  const tried = await begin({ unread: 50, readNumber: 50 }, (one) => one.said(100));
  const line = tried.scroller.querySelector('.log-new');
  const offset = line.getBoundingClientRect().top - tried.scroller.getBoundingClientRect().top;
  ok(offset > 0 && offset < 150, `it is ${offset} below the upper edge`);
  equal(tried.asked, []);
});

testInBrowser('older lines are asked for before one is at the beginning, and once', async () => {
  const tried = await begin({}, (one) => one.said(400));
  tried.room.log.hasOlder = true;
  tried.session.loadOlder = async (room) => {
    tried.asked.push(['older']);
    room.log.isLoading = true;
    room.log.tell('change');
  };
  tried.scroller.scrollTop = 2000;
  await frames();
  ok(!tried.asked.some(([what]) => what === 'older'));
  tried.scroller.scrollTop = 400;
  await frames(6);
  equal(tried.asked.filter(([what]) => what === 'older').length, 1);
});

testInBrowser('where they cannot be loaded it is said, and asked for again by a button', async () => {
  const tried = await begin({}, (one) => one.said(3));
  let count = 0;
  tried.room.log.hasOlder = true;
  tried.session.loadOlder = async () => {
    count += 1;
    throw new Error('lost');
  };
  tried.room.log.tell('change');
  await frames(6);
  equal(count, 1);
  ok(tried.text.includes('Older lines could not be loaded.'));
  tried.scroller.querySelector('[data-do=older]').click();
  await frames(6);
  equal(count, 2);
});

testInBrowser('only what is new is heard, who said it first', async () => {
  const tried = await begin({}, (one) => one.said(100));
  const heard = tried.place.querySelector('[aria-live=polite]');
  equal(heard.textContent, '');
  equal(tried.scroller.getAttribute('aria-live'), 'off');
  await tried.come(tried.item('said', 'ann', 'hello'), tried.item('said', 'me', 'mine'), tried.item('joined', 'eve', ''));
  await until(() => heard.firstChild);
  equal([...heard.children].map((line) => line.textContent), ['ann: hello']);
});

testInBrowser("one's own lines say how it stands with them", async () => {
  const tried = await begin();
  const mine = tried.item('said', 'me', 'hello', { state: 'pending' });
  await tried.come(mine);
  ok(tried.scroller.textContent.includes('being sent'), 'said after a moment');
  Object.assign(mine, { state: 'failed', canResend: true, error: { code: 'x', text: 'No room.' } });
  tried.room.log.tell('change', [mine]);
  await frames();
  ok(tried.text.includes('Not sent: No room.'));
  tried.scroller.querySelector('[data-do=resend]').click();
  tried.scroller.querySelector('[data-do=discard]').click();
  equal(tried.asked, [['resend', mine.id], ['discard', mine.id]]);
});

testInBrowser('a link to a line leads to it and marks it', async () => {
  const tried = await begin({}, (one) => one.said(300));
  await tried.open(7);
  const marked = tried.scroller.querySelector('.is-marked');
  equal(marked.dataset.number, '7');
});

testInBrowser('a link to a room is opened here', async () => {
  const tried = await begin({}, (one) => [one.item('said', 'bob', 'see #教室/12')]);
  const link = tried.scroller.querySelector('a');
  equal(link.getAttribute('href'), `#${encodeURIComponent('教室')}/12`);
  link.click();
  equal(tried.asked.at(-1), ['open', '#教室', 12]);
});

testInBrowser('from line to line by the arrows, to the buttons of a line by Tab', async () => {
  const tried = await begin({}, (one) => [...one.said(5, 'ann'), ...one.said(5, 'bob')]);
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  tried.scroller.focus();
  press('ArrowUp');
  ok(document.activeElement.ariaLabel.startsWith('bob: line 4'));
  equal(document.activeElement.querySelector('.log-more').tabIndex, 0);
  press('ArrowUp');
  ok(document.activeElement.ariaLabel.startsWith('bob: line 3'));
  equal(tried.scroller.querySelectorAll('[data-roving][tabindex="0"]').length, 1);
  press('Enter');
  await until(() => document.querySelector('.menu'));
  equal([...document.querySelectorAll('.menu [role=menuitem]')].map((item) => item.innerText.trim()), ['Copy text', 'Copy link']);
  press('Escape');
  press('Escape');
  ok(document.activeElement === tried.scroller);
});

testInBrowser('Home and End lead to the ends, however high the lines are', async () => {
  const tried = await begin({}, (one) => one.said(2000).map((item, at) => ({ ...item, text: 'word '.repeat((at * 7) % 150) })));
  const press = (key) => tried.scroller.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  press('Home');
  await frames(6);
  equal(tried.scroller.scrollTop, 0);
  press('End');
  await frames(6);
  const { scrollHeight, scrollTop, clientHeight } = tried.scroller;
  ok(scrollHeight - scrollTop - clientHeight <= 1, `${scrollHeight - scrollTop - clientHeight} below`);
  ok(tried.button.hidden);
});

testInBrowser('many who come are one row, which opens', async () => {
  const tried = await begin({}, (one) => ['ann', 'bob', 'eve'].map((who) => one.item('joined', who, '')));
  ok(tried.text.includes('ann, bob, and eve joined'), tried.text);
  tried.scroller.querySelector('[data-do=fold]').click();
  await frames();
  equal(tried.scroller.querySelectorAll('.is-inside').length, 3);
  equal(tried.scroller.querySelector('[data-do=fold]').getAttribute('aria-expanded'), 'true');
});

testInBrowser('a gap that cannot be filled says why', async () => {
  const tried = await begin({}, (one) => [one.item('gap', '', '', { time: undefined, from: 3, to: 12, why: 'page' })]);
  ok(tried.text.includes('10 lines are not shown here'));
  tried.session.loadGap = async () => {
    throw { code: 'x', text: 'The store is away.' };
  };
  tried.scroller.querySelector('[data-do=load]').click();
  await frames();
  ok(tried.text.includes('The store is away.'));
});
