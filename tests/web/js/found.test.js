import { asked, pieces } from '../../../twistchat/frontends/web/static/ui/found-panel.js';
import { equal, test } from './kit.js';

const EMPTY = { words: '', who: '', since: '', until: '' };

test('nothing is no search', () => {
  equal(asked(EMPTY), null);
  equal(asked({ ...EMPTY, words: '  ', who: ' ' }), null);
});

test('words are looked for each, and days are whole', () => {
  const since = new Date(2026, 2, 4).getTime() / 1000;
  const until = new Date(2026, 3, 1).getTime() / 1000;
  equal(asked({ words: ' two  words ', who: ' bob ', since: '2026-03-04', until: '2026-03-31' }), {
    words: ['two', 'words'],
    who: 'bob',
    since,
    until,
  });
});

test('what was looked for is marked in what was found', () => {
  equal(pieces('A cat, and a CAT.', ['cat']), [['A ', false], ['cat', true], [', and a ', false], ['CAT', true], ['.', false]]);
  equal(pieces('1+1 (sic)', ['1+1', '(']), [['1+1', true], [' ', false], ['(', true], ['sic)', false]]);
  equal(pieces('你好，世界', ['世界']), [['你好，', false], ['世界', true]]);
  equal(pieces('text', []), [['text', false]]);
});
