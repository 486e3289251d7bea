// What one has set: remembered, and never believed blindly.

import { equal, ok, test } from './kit.js';
import { DEFAULTS, Settings } from '../../../twistchat/frontends/web/static/settings.js';

function storage(kept = {}) {
  return {
    kept,
    getItem: (name) => kept[name] ?? null,
    setItem: (name, value) => {
      kept[name] = value;
    },
  };
}

const PLACE = 'twistchat.settings';

test('settings: what is set is told, and remembered', () => {
  const own = storage();
  const settings = new Settings({ storage: own });
  const told = [];
  settings.changed.listen((change) => told.push(change));
  settings.set('theme', 'dark');
  settings.set('theme', 'dark');
  equal(told, [{ name: 'theme', value: 'dark' }]);
  equal(new Settings({ storage: own }).get('theme'), 'dark');
});

test('settings: what is broken or somebody else’s is not believed', () => {
  for (const text of ['', '{', 'null', '7', '{"theme":7,"notify":"yes","last":[]}']) {
    const settings = new Settings({ storage: storage({ [PLACE]: text }) });
    for (const [name, usual] of Object.entries(DEFAULTS)) {
      equal(settings.get(name), usual, `${name} of ${text}`);
    }
  }
});

test('settings: a storage that throws is none', () => {
  const broken = {
    getItem() {
      throw new Error('forbidden');
    },
    setItem() {
      throw new Error('full');
    },
  };
  const settings = new Settings({ storage: broken });
  settings.set('sound', true);
  ok(settings.get('sound'));
  ok(new Settings({ storage: null }).get('members'));
});

test('settings: what another tab has set', () => {
  const own = storage();
  const [here, there] = [new Settings({ storage: own }), new Settings({ storage: own })];
  const told = [];
  here.changed.listen((change) => told.push(change));
  there.set('size', 'large');
  here.reread();
  here.reread();
  equal(told, [{ name: 'size', value: 'large' }]);
});
