import { equal, ok, test } from './kit.js';
import { lines, Page, said, seen, TIME } from './world.js';
import { Log, MOST } from '../../../twistchat/frontends/web/static/model/log.js';

const GAP = { type: 'gap', room: '#lobby', epoch: 'e1', past: true };
const inLobby = async (of = {}) => (await new Page().start()).enter('bob', of);

/** Keeps a list as a view would, by what it is told. */
function mirror(log) {
  let shown = [...log.items];
  log.changed.listen(({ type, items, index }) => {
    if (type === 'reset') {
      shown = [...items];
    } else if (type === 'remove') {
      equal(shown.splice(index, items.length).map(({ id }) => id), items.map(({ id }) => id));
    } else if (type !== 'change') {
      ok(type !== 'append' || index === shown.length, `append at ${index} of ${shown.length}`);
      ok(type !== 'prepend' || index === 0, `prepend at ${index}`);
      shown.splice(index, 0, ...items);
    } else {
      equal(shown[index].id, items[0].id);
    }
  });
  return () => equal(shown.map(({ id }) => id), log.items.map(({ id }) => id));
}

test('a gap stands where one is, is loaded by pages, and is gone', async () => {
  const page = await inLobby({ lines: [said(1)], number: 1 });
  const check = mirror(page.lobby.log);
  await page.comeBack();
  await page.welcome('bob', { resumed: true, lines: [{ ...GAP, from: 2, to: 250, why: 'page' }, said(251)], number: 251 });
  equal(seen(page.lobby), [1, 'joined', 'page 2-250', 251]);
  const gap = page.lobby.log.items[2];
  const loaded = page.session.loadGap(page.lobby, gap);
  equal([page.last('history').before, page.last('history').limit, gap.isLoading], [251, 100, true]);
  await page.answer('history', ...lines(151, 250), { type: 'ok', room: '#lobby', epoch: 'e1', number: 251, count: 100, more: true });
  await loaded;
  equal([gap.from, gap.to, gap.isLoading, page.lobby.log.items.length], [2, 150, false, 104]);
  const other = page.session.loadGap(page.lobby, gap, true);
  equal([page.last('history').after, page.last('history').before], [1, 151]);
  await page.answer('history', ...lines(2, 101), { type: 'ok', room: '#lobby', epoch: 'e1', number: 251, count: 100, more: true });
  await other;
  const last = page.session.loadGap(page.lobby, gap);
  await page.answer('history', ...lines(51, 150), { type: 'ok', room: '#lobby', epoch: 'e1', number: 251, count: 100, more: true });
  await last;
  equal(page.lobby.log.items.filter(({ number }) => number).map(({ number }) => number), lines(1, 251).map(({ number }) => number));
  equal(page.lobby.log.items.some(({ kind }) => kind === 'gap'), false);
  check();
});

test('a gap of what is no longer kept stays', async () => {
  const page = await inLobby({ lines: [said(1)], number: 1 });
  await page.comeBack();
  await page.welcome('bob', { resumed: true, lines: [{ ...GAP, from: 2, to: 9, why: 'deleted' }, said(10)], number: 10 });
  equal(seen(page.lobby), [1, 'joined', 'deleted 2-9', 10]);
  await page.session.loadGap(page.lobby, page.lobby.log.items[2]);
  equal(page.last('history'), undefined);
});

test('what cannot be read on coming in is a gap before what is told then', async () => {
  const page = await inLobby({ lines: [said(1)], number: 1 });
  await page.comeBack();
  await page.welcome('bob', { resumed: true, lines: [], number: 4 });
  await page.hear({ type: 'error', code: 'no-history', about: '#lobby' }, said(5));
  equal(seen(page.lobby), [1, 'joined', 'unread 2-4', 5]);
  equal(page.lobby.isJoined, true);
});

test('another epoch: the log begins anew behind a gap', async () => {
  const page = await inLobby({ lines: lines(1, 3), number: 3 });
  const check = mirror(page.lobby.log);
  await page.comeBack();
  await page.welcome('bob', {
    epoch: 'e2', lines: [{ ...GAP, epoch: 'e2', from: 1, to: 4, why: 'epoch' }, said(5, 'new', { epoch: 'e2' })], number: 5,
  });
  equal(seen(page.lobby), ['said', 'said', 'said', 'joined', 'epoch 1-4', 5]);
  equal([page.lobby.log.find(2), page.lobby.log.hasOlder, page.lobby.unread], [undefined, false, 1]);
  const gap = page.lobby.log.items[4];
  const loaded = page.session.loadGap(page.lobby, gap);
  await page.answer('history', ...lines(1, 4, { epoch: 'e2' }), { type: 'ok', room: '#lobby', epoch: 'e2', number: 5, count: 4, more: false });
  await loaded;
  equal(seen(page.lobby), ['said', 'said', 'said', 'joined', 'epoch 1-0', 1, 2, 3, 4, 5]);
  await page.session.loadOlder(page.lobby);
  equal(page.sent.filter(({ type }) => type === 'history').length, 1);
  check();
});

test('an epoch that ended before anything was said had nothing to miss', async () => {
  const page = await inLobby();
  await page.comeBack();
  await page.welcome('bob', { epoch: 'e2', lines: [{ ...GAP, epoch: 'e2', from: 1, to: 0, why: 'epoch' }], number: 0 });
  equal(seen(page.lobby), ['joined']);
});

test('another epoch begins while one is there: what follows goes on behind the gap', async () => {
  const page = await inLobby({ lines: lines(1, 3), number: 3 });
  const check = mirror(page.lobby.log);
  await page.hear({ type: 'gap', room: '#lobby', epoch: 'e2', from: 1, to: 2, why: 'epoch' });
  await page.hear(said(3, 'new', { epoch: 'e2' }), said(4, 'newer', { epoch: 'e2' }));
  equal(seen(page.lobby), ['said', 'said', 'said', 'joined', 'epoch 1-2', 3, 4]);
  await page.comeBack();
  equal(page.last('hello').rooms, { '#lobby': ['e2', 4] });
  check();
});

test('lines are lost while one is there', async () => {
  const page = await inLobby({ lines: lines(1, 3), number: 3 });
  await page.hear({ type: 'gap', room: '#lobby', epoch: 'e1', from: 4, to: 6, why: 'deleted' }, said(7));
  equal(seen(page.lobby), [1, 2, 3, 'joined', 'deleted 4-6', 7]);
});

test('history comes before all that is here, once, in silence', async () => {
  const page = await inLobby({ lines: lines(150, 152), number: 152 });
  const check = mirror(page.lobby.log);
  equal(page.lobby.log.hasOlder, true);
  page.arrived.length = 0;
  const loaded = page.session.loadOlder(page.lobby);
  page.session.loadOlder(page.lobby);
  equal([page.lobby.log.isLoading, page.last('history').before, page.sent.filter(({ type }) => type === 'history').length], [true, 150, 1]);
  await page.hear(said(153));
  await page.answer('history', ...lines(50, 149), { type: 'ok', room: '#lobby', epoch: 'e1', number: 152, count: 100, more: true });
  await loaded;
  equal([page.lobby.log.items.length, page.lobby.log.isLoading, page.lobby.log.hasOlder], [105, false, true]);
  const rest = page.session.loadOlder(page.lobby);
  await page.answer('history', { ...GAP, from: 1, to: 9, why: 'deleted' }, ...lines(10, 49), { type: 'ok', room: '#lobby', epoch: 'e1', number: 153, count: 40, more: false });
  await rest;
  equal([seen(page.lobby)[0], page.lobby.log.hasOlder, page.lobby.log.items.length], ['deleted 1-9', false, 146]);
  equal([page.arrived.length, page.lobby.unread], [1, 1]);
  check();
});

test('history that cannot be read can be asked for again', async () => {
  const page = await inLobby({ lines: [said(5)], number: 5 });
  const refused = page.session.loadOlder(page.lobby).catch((error) => error.code);
  await page.answer('history', { type: 'error', code: 'no-history', about: '#lobby' });
  equal([await refused, page.lobby.log.isLoading, page.lobby.log.hasOlder], ['no-history', false, true]);
});

test('a line that is far away is gone to; what is between is not loaded', async () => {
  const page = await inLobby({ lines: lines(500, 510), number: 510 });
  const check = mirror(page.lobby.log);
  const there = page.session.goTo(page.lobby, 505);
  equal((await there).number, 505);
  const far = page.session.goTo(page.lobby, 100);
  equal([page.last('history').after, page.last('history').before], [74, 126]);
  await page.answer('history', ...lines(75, 125), { type: 'ok', room: '#lobby', epoch: 'e1', number: 510, count: 51, more: true });
  equal((await far).number, 100);
  equal([seen(page.lobby)[0], seen(page.lobby)[51], seen(page.lobby)[52]], [75, 'unloaded 126-499', 500]);
  equal(page.lobby.log.hasOlder, true);
  const between = page.session.goTo(page.lobby, 300);
  await page.answer('history', ...lines(275, 325), { type: 'ok', room: '#lobby', epoch: 'e1', number: 510, count: 51, more: false });
  await between;
  equal(page.lobby.log.items.filter(({ kind }) => kind === 'gap').map(({ from, to }) => [from, to]), [[126, 274], [326, 499]]);
  equal(await page.session.goTo(page.lobby, 9999), null);
  const first = page.session.goTo(page.lobby, 3);
  await page.answer('history', ...lines(1, 28), { type: 'ok', room: '#lobby', epoch: 'e1', number: 510, count: 28, more: false });
  equal([(await first).number, page.lobby.log.hasOlder, seen(page.lobby)[28]], [3, false, 'unloaded 29-74']);
  check();
});

test('what is deleted shows in its place; what is erased is told so', async () => {
  const page = await inLobby({ lines: [said(1), { type: 'erased', room: '#lobby', epoch: 'e1', number: 2, time: 1, who: 'mallory', by: 'ada' }], number: 2 });
  page.session.markRead(page.lobby, 2);
  await page.hear(said(3, 'bob: spam'));
  const item = page.lobby.log.find(3);
  equal([page.lobby.unread, page.lobby.mentions], [1, 1]);
  const check = mirror(page.lobby.log);
  await page.hear({ type: 'deleted', room: '#lobby', epoch: 'e1', number: 4, time: 1, who: 'ada', line: 3, words: '' }, said(5));
  equal([item.kind, item.by, item.text, page.lobby.log.find(2).by], ['erased', 'ada', '', 'ada']);
  equal([seen(page.lobby), page.lobby.unread, page.lobby.mentions], [[1, 2, 'joined', 3, 5], 1, 0]);
  check();
});

test('what IRC clients say to each other shows as nothing, and leaves no gap', async () => {
  const page = await inLobby();
  const tagged = { type: 'tagged', room: '#lobby', epoch: 'e1', number: 1, time: 1, who: 'alice', tags: '+x=y' };
  await page.hear(tagged, said(2), { ...tagged, to: 'bob', room: undefined, epoch: 'p' });
  equal(seen(page.lobby), ['joined', 2]);
});

test('what is found stands in no log', async () => {
  const page = await inLobby({ lines: lines(1, 3), number: 3 });
  const found = page.session.search(page.lobby, { words: 'line 2', who: '' });
  const { words, who, room } = page.last('search');
  equal([words, who, room], [['line', '2'], undefined, '#lobby']);
  await page.answer('search', said(2, 'line 2', { past: true }), { type: 'ok', room: '#lobby', epoch: 'e1', number: 3, count: 1, more: false });
  equal((await found).map(({ number }) => number), [2]);
  equal(seen(page.lobby), [1, 2, 3, 'joined']);
});

test('unread and mentions: what others said since one has read', async () => {
  const page = await inLobby({ lines: [said(1)], number: 1 });
  await page.hear(
    said(2, 'hello'), said(3, 'bob: hello'), said(4, 'mine', { who: 'bob' }), { ...said(5), type: 'topic', topic: 'tea' },
    said(6, 'notabob'),
  );
  equal([page.lobby.unread, page.lobby.mentions, page.lobby.topic], [3, 1, 'tea']);
  equal(page.arrived.filter(({ isMention }) => isMention).map(({ item }) => item.number), [3]);
  page.session.markRead(page.lobby, 3);
  equal([page.lobby.unread, page.lobby.mentions], [1, 0]);
  page.session.markRead(page.lobby);
  equal([page.lobby.unread, page.lobby.readNumber], [0, 6]);
});

test('a flood: ten thousand lines in well under a second', async () => {
  const page = await inLobby();
  const flood = lines(1, 10_000);
  const before = performance.now();
  await page.hear(...flood);
  const took = performance.now() - before;
  equal(page.lobby.log.items.length, 10_001);
  ok(took < 800, `took ${took} ms`);
});

test('of very many lines the oldest are forgotten, and can be loaded again', async () => {
  const page = await inLobby();
  const check = mirror(page.lobby.log);
  page.session.say(page.lobby, 'mine');
  await page.hear(...lines(1, MOST + 1_500));
  const { log } = page.lobby;
  ok(log.items.length <= MOST + 1_000, `${log.items.length} items`);
  equal([log.hasOlder, log.find(1), log.items.at(-1).state], [true, undefined, 'pending']);
  check();
  const { first } = log;
  const loaded = page.session.loadOlder(page.lobby);
  equal(page.last('history').before, first);
  await page.answer('history', ...lines(first - 100, first - 1), { type: 'ok', room: '#lobby', epoch: 'e1', number: log.last, count: 100, more: true });
  await loaded;
  equal(log.items[0].number, first - 100);
  check();
});

test('pages that overlap, in any order, double nothing', () => {
  let seed = 1;
  const random = (most) => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  let made = 0;
  const item = (number) => {
    made += 1;
    return { id: `t${made}`, kind: 'said', number };
  };
  for (let round = 0; round < 200; round += 1) {
    const log = new Log();
    const check = mirror(log);
    log.begin('e', 50, false);
    log.take(item(51));
    for (let step = 0; step < 20; step += 1) {
      const from = 1 + random(80);
      const to = from + random(30);
      if (random(3) === 0) {
        log.take(item(log.last + 1));
      } else if (random(6) === 0) {
        log.add({ id: `n${(made += 1)}`, kind: 'joined' });
      } else {
        const end = Math.min(to, log.last);
        if (from <= end) {
          log.fill(Array.from({ length: end - from + 1 }, (_, at) => item(from + at)), from, end);
        }
      }
    }
    check();
    let next = log.first;
    for (const one of log.items.filter(({ kind }) => kind !== 'joined')) {
      equal(one.kind === 'gap' ? one.from : one.number, next);
      next = (one.kind === 'gap' ? one.to : one.number) + 1;
    }
    equal(next, log.last + 1);
  }
});
