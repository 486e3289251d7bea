import { Heights } from '../../../twistchat/frontends/web/static/ui/log-heights.js';
import { equal, test } from './kit.js';

function rowsOf(...keys) {
  return keys.map((key) => ({ key }));
}

function begin(...keys) {
  const heights = new Heights(() => 20);
  heights.setRows(rowsOf(...keys));
  return heights;
}

test('nothing is nowhere', () => {
  const heights = begin();
  equal(heights.total, 0);
  equal(heights.between(0, 100), [0, 0]);
});

test('a row is as high as was guessed until it is measured', () => {
  const heights = begin('a', 'b', 'c');
  equal(heights.total, 60);
  equal(heights.measure(1, 50), 30);
  equal([heights.top(1), heights.top(2), heights.total], [20, 70, 90]);
  equal(heights.measure(1, 50), 0);
});

test('what stands where', () => {
  const heights = begin('a', 'b', 'c');
  heights.measure(1, 50);
  equal([-5, 0, 19, 20, 69, 70, 500].map((y) => heights.at(y)), [0, 0, 0, 1, 1, 2, 2]);
  equal(heights.between(30, 75), [1, 3]);
});

test('what was measured stays with the row when others come before it', () => {
  const heights = begin('a', 'b');
  heights.measure(0, 33);
  heights.setRows(rowsOf('x', 'y', 'a', 'b'));
  equal([heights.indexOf('a'), heights.top(2), heights.top(3)], [2, 40, 73]);
  equal(heights.indexOf('z'), -1);
});

test('rows at the end come and go', () => {
  const heights = begin('a', 'b', 'c');
  equal(heights.total, 60);
  heights.setRows(rowsOf('a', 'b', 'd', 'e'), 2);
  heights.measure(3, 5);
  equal([heights.total, heights.indexOf('c'), heights.indexOf('e')], [65, -1, 3]);
  heights.setRows(rowsOf('a'), 1);
  equal([heights.total, heights.indexOf('b')], [20, -1]);
});

test('all is forgotten when the width changes', () => {
  const heights = begin('a', 'b');
  heights.measure(0, 100);
  equal(heights.total, 120);
  heights.forget();
  equal(heights.total, 40);
});
