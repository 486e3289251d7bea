import { Rows, localDay } from '../../../twistchat/frontends/web/static/ui/log-rows.js';
import { equal, ok, test } from './kit.js';

const NOON = new Date(2026, 2, 4, 12).getTime() / 1000;
const DAY = 24 * 3600;

let id = 0;
let number = 0;

function item(kind, who, given = {}) {
  id += 1;
  return { id: `i${id}`, kind, who, time: NOON + id, ...given };
}

function said(who, text, given) {
  number += 1;
  return item('said', who, { text, number, ...given });
}

/** Rows in short: `day`, `new`, `bob:` where the name is shown, `bob` where not, else what it is. */
function short(rows) {
  return rows.map(({ type, item: shown, items, isFirst }) => {
    if (type === 'line') {
      return `${shown.who}${isFirst ? ':' : ''}`;
    }
    return type === 'fold' ? `fold ${items.length}` : type === 'event' ? shown.kind : type;
  });
}

function begin() {
  id = 0;
  number = 0;
  return new Rows();
}

test('lines of one person stand together', () => {
  const rows = begin();
  rows.reset([said('bob', '1'), said('Bob', '2'), said('ann', '3'), said('bob', '4')]);
  equal(short(rows.rows), ['day', 'bob:', 'Bob', 'ann:', 'bob:']);
});

test('but not what one does, nor after a while, nor over what happened between', () => {
  const rows = begin();
  rows.reset([
    said('bob', '1'),
    said('bob', 'waves', { action: true }),
    said('bob', '2'),
    said('bob', '3', { time: NOON + 1000 }),
    item('topic', 'ann', { time: NOON + 1001 }),
    said('bob', '4', { time: NOON + 1002 }),
    said('bob', 'x', { time: NOON + 1003, notice: true }),
  ]);
  equal(short(rows.rows), ['day', 'bob:', 'bob:', 'bob:', 'bob:', 'topic', 'bob:', 'bob:']);
});

test('nor for so long that nobody sees any more whose they are', () => {
  const rows = begin();
  rows.reset(Array.from({ length: 26 }, () => said('bob', 'x')));
  equal(short(rows.rows).map((row, at) => row === 'bob:' && at).filter(Boolean), [1, 13, 25]);
});

test('each local day is told before its first line', () => {
  const rows = begin();
  rows.reset([said('bob', '1'), said('bob', '2', { time: NOON + DAY }), said('bob', '3', { time: NOON + DAY + 1 })]);
  equal(short(rows.rows), ['day', 'bob:', 'day', 'bob:', 'bob']);
  equal(rows.rows[2].time, NOON + DAY);
});

test('a day begins and ends at midnight where one is', () => {
  const day = localDay(NOON);
  equal(day.key, '2026-3-4');
  equal(new Date(day.from * 1000).getHours(), 0);
  equal(localDay(day.until).key, '2026-3-5');
  equal(localDay(day.until - 1).key, '2026-3-4');
});

test('many who come and go are one row, which opens', () => {
  const rows = begin();
  const items = [item('joined', 'a'), item('joined', 'b'), item('departed', 'a'), said('b', 'hello')];
  rows.reset(items);
  equal(short(rows.rows), ['day', 'fold 3', 'b:']);
  rows.toggle(rows.rows[1].key);
  rows.reset(items);
  equal(short(rows.rows), ['day', 'fold 3', 'joined', 'joined', 'departed', 'b:']);
  ok(rows.rows[2].isInside);
  rows.toggle(rows.rows[1].key);
  rows.reset(items);
  equal(short(rows.rows), ['day', 'fold 3', 'b:']);
});

test('two who come are two rows, and a third folds them', () => {
  const rows = begin();
  const items = [said('b', 'x'), item('joined', 'a'), item('joined', 'c')];
  rows.reset(items);
  equal(short(rows.rows), ['day', 'b:', 'joined', 'joined']);
  items.push(item('left', 'c'));
  rows.append(items);
  equal(short(rows.rows), ['day', 'b:', 'fold 3']);
});

test('what is new begins behind what was read, and not with what one said oneself', () => {
  const rows = begin();
  rows.newAfter = 1;
  rows.reset([said('a', '1'), said('me', '2', { isMine: true }), said('a', '3'), said('a', '4')]);
  equal(short(rows.rows), ['day', 'a:', 'me:', 'new', 'a:', 'a']);
});

test('what an IRC client tells other clients is not shown', () => {
  const rows = begin();
  rows.reset([said('a', '1'), item('tagged', 'b', { number: 9 }), said('a', '2')]);
  equal(short(rows.rows), ['day', 'a:', 'a']);
});

test('a gap stands where it is', () => {
  const rows = begin();
  rows.reset([item('gap', undefined, { time: undefined, gap: { from: 1, to: 2, why: 'page' } }), said('a', '3')]);
  equal(short(rows.rows), ['gap', 'day', 'a:']);
});

test('what is put at the end one by one is the same as all at once', () => {
  const people = ['ann', 'bob', '小红'];
  const kinds = ['said', 'said', 'said', 'joined', 'left', 'topic', 'tagged', 'gap'];
  let seed = 7;
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 30; round += 1) {
    const grown = begin();
    grown.newAfter = random(30);
    const items = [];
    let time = NOON;
    for (let at = 0; at < 60; at += 1) {
      time += [1, 1, 1, 400, DAY][random(12)] ?? 1;
      const kind = kinds[random(8)];
      const who = people[random(3)];
      items.push(kind === 'said' ? said(who, 'x', { time }) : item(kind, who, { time: kind === 'gap' ? undefined : time }));
      if (random(3) > 0) {
        const before = grown.rows.slice();
        const same = grown.append(items);
        ok(before.slice(0, same).every((row, index) => row === grown.rows[index]), 'those said to be the same are');
      }
    }
    grown.append(items);
    const whole = new Rows();
    whole.newAfter = grown.newAfter;
    whole.reset(items);
    equal(grown.rows, whole.rows);
  }
});

test('twenty thousand lines are laid out at once, and one more costs next to nothing', () => {
  const rows = begin();
  const items = Array.from({ length: 20000 }, (_, at) => said(`p${at % 7}`, 'x'));
  let from = performance.now();
  rows.reset(items);
  ok(performance.now() - from < 500, `all took ${performance.now() - from} ms`);
  from = performance.now();
  for (let at = 0; at < 1000; at += 1) {
    items.push(said('bob', 'x'));
    rows.append(items);
  }
  ok(performance.now() - from < 500, `a thousand more took ${performance.now() - from} ms`);
});

test('who is put out is told once, with who did it', () => {
  const rows = begin();
  const deed = (kind, given = {}) => item('moderated', 'ann', { deed: kind, to: 'Bob', text: 'spam', ...given });
  const gone = (who, cause, kind = 'left') => item(kind, who, { text: '', cause });
  const items = [deed('kick'), gone('bob', 'kicked'), deed('ban'), gone('bob', 'banned', 'departed'), deed('mute'), gone('bob', 'kicked')];
  rows.reset(items);
  equal(short(rows.rows), ['day', 'moderated', 'moderated', 'moderated', 'left']);
  rows.reset([deed('ban', { to: '*@203.0.113.7' }), gone('bob', 'banned'), deed('kick'), gone('carol', 'kicked')]);
  equal(short(rows.rows), ['day', 'moderated', 'left', 'moderated', 'left']);
});

test('nor a second time when it comes later', () => {
  const rows = begin();
  const items = [item('moderated', 'ann', { deed: 'kick', to: 'bob', text: '' })];
  rows.append(items);
  items.push(item('left', 'bob', { text: '', cause: 'kicked' }));
  rows.append(items);
  items.push(said('ann', '1'));
  rows.append(items);
  equal(short(rows.rows), ['day', 'moderated', 'ann:']);
});
