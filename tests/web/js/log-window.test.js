import { LogWindow } from '../../../twistchat/frontends/web/static/ui/log-window.js';
import { equal, frames, ok, testInBrowser } from './kit.js';

const HEIGHT = 400;

function rowsOf(from, to) {
  return Array.from({ length: to - from }, (_, index) => ({ key: `k${from + index}`, height: 20 + ((from + index) % 5) * 13 }));
}

/** A window on rows, each as high as it says; all are guessed to be 30 high. */
async function begin(rows) {
  const scroller = document.createElement('div');
  for (const [name, value] of Object.entries({ height: `${HEIGHT}px`, width: '300px', overflow: 'auto', 'overflow-anchor': 'none' })) {
    scroller.style.setProperty(name, value);
  }
  scroller.tabIndex = 0;
  document.body.append(scroller);
  const draw = (row) => {
    const element = document.createElement('div');
    element.tabIndex = -1;
    element.textContent = row.text ?? row.key;
    element.style.setProperty('height', `${row.height}px`);
    return element;
  };
  const shown = new LogWindow({ scroller, draw, stampOf: (row) => `${row.height} ${row.text}`, guess: () => 30 });
  shown.reset(null);
  shown.setRows(rows);
  await frames();
  return { scroller, shown };
}

/** The first row in sight and where it stands. */
function seen(scroller) {
  const edge = scroller.getBoundingClientRect().top;
  for (const row of scroller.querySelectorAll('[data-key]')) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > edge) {
      return [row.dataset.key, Math.round(top - edge)];
    }
  }
  return null;
}

function distance(scroller) {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
}

testInBrowser('of ten thousand rows a few dozen are there, and the end is seen', async () => {
  const { scroller, shown } = await begin(rowsOf(0, 10000));
  const count = scroller.querySelectorAll('[data-key]').length;
  ok(count > 8 && count < 60, `there are ${count}`);
  ok(distance(scroller) <= 1);
  ok(shown.isAtEnd);
  equal(scroller.querySelector('[data-key]:last-child').dataset.key, 'k9999');
  scroller.remove();
});

testInBrowser('whoever is at the end stays there, whatever comes and however high it is', async () => {
  const rows = rowsOf(0, 200);
  const { scroller, shown } = await begin(rows);
  shown.setRows([...rows, { key: 'high', height: 900 }], 200);
  ok(distance(scroller) <= 1, `${distance(scroller)} below`);
  scroller.style.setProperty('height', '150px');
  await frames();
  ok(distance(scroller) <= 1, `${distance(scroller)} below when it is lower`);
  scroller.remove();
});

testInBrowser('what one reads stays where it is when rows come before it, go, or are higher', async () => {
  const rows = rowsOf(1000, 2000);
  const { scroller, shown } = await begin(rows);
  scroller.scrollTop = 9000;
  await frames();
  const before = seen(scroller);
  const far = (now, words) => ok(now[0] === before[0] && Math.abs(now[1] - before[1]) <= 1, `${words}: ${now}, was ${before}`);
  shown.setRows([...rowsOf(0, 1000), ...rows]);
  far(seen(scroller), 'prepended');
  shown.setRows(rowsOf(500, 2000));
  far(seen(scroller), 'removed');
  shown.setRows(rowsOf(500, 2000).map((row) => (row.key < before[0] ? { ...row, height: row.height + 7 } : row)));
  far(seen(scroller), 'higher');
  scroller.style.setProperty('height', '300px');
  await frames();
  far(seen(scroller), 'resized');
  scroller.remove();
});

testInBrowser('scrolling shows row after row, without a jump', async () => {
  const { scroller } = await begin(rowsOf(0, 3000));
  for (let step = 0; step < 60; step += 1) {
    const [key, offset] = seen(scroller);
    scroller.scrollTop -= 90;
    await frames(2);
    const row = scroller.querySelector(`[data-key=${key}]`);
    const moved = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - offset;
    ok(Math.abs(moved - 90) <= 1, `step ${step} moved by ${moved}`);
  }
  scroller.remove();
});

testInBrowser('one can jump anywhere, and to both ends', async () => {
  const { scroller, shown } = await begin(rowsOf(0, 3000));
  for (const part of [0.5, 0.01, 0.9, 0, 0.3]) {
    scroller.scrollTop = scroller.scrollHeight * part;
    await frames();
    ok(seen(scroller), `something is seen at ${part}`);
    const last = [...scroller.querySelectorAll('[data-key]')].at(-1).getBoundingClientRect().bottom;
    ok(last >= scroller.getBoundingClientRect().bottom, `all is filled at ${part}`);
    ok(!shown.isAtEnd);
  }
  scroller.scrollTop = 0;
  await frames();
  equal(seen(scroller), ['k0', 0]);
  shown.toEnd();
  ok(distance(scroller) <= 1 && shown.isAtEnd);
  scroller.remove();
});

testInBrowser('a row is brought to the middle', async () => {
  const { scroller, shown } = await begin(rowsOf(0, 3000));
  shown.to('k1234', 'middle');
  const { top, bottom } = scroller.querySelector('[data-key=k1234]').getBoundingClientRect();
  const middle = scroller.getBoundingClientRect().top + HEIGHT / 2;
  ok(Math.abs((top + bottom) / 2 - middle) <= 1, 'it is in the middle');
  ok(!shown.isAtEnd);
  shown.to('k2999', 'middle');
  ok(shown.isAtEnd, 'the last one is the end');
  scroller.remove();
});

testInBrowser('who has the focus in a row that is drawn anew, or goes, does not lose it', async () => {
  const rows = rowsOf(0, 100);
  const { scroller, shown } = await begin(rows);
  shown.elementOf('k98').focus();
  shown.setRows(rows.map((row) => (row.key === 'k98' ? { ...row, text: 'other' } : row)));
  equal(document.activeElement.textContent, 'other');
  scroller.scrollTop = 0;
  await frames();
  ok(document.activeElement === scroller, 'the focus is in the log');
  scroller.remove();
});

testInBrowser('a conversation is found again where it was left', async () => {
  const { scroller, shown } = await begin(rowsOf(0, 1000));
  scroller.scrollTop = 8000;
  await frames();
  const [before, place] = [seen(scroller), shown.place];
  shown.reset(null);
  shown.setRows(rowsOf(2000, 2100));
  ok(distance(scroller) <= 1, 'another one begins at its end');
  shown.reset(place);
  shown.setRows(rowsOf(0, 1000));
  equal(seen(scroller), before);
  scroller.remove();
});
