const SIDES = { light: '#f3f5f8', dark: '#1b1f24' };

/** Let the whole page look as it is set to: colours, and the size of its text. */
export function mountLook(settings) {
  apply(settings);
  settings.changed.listen(() => apply(settings));
}

function apply(settings) {
  const { dataset } = document.documentElement;
  const theme = settings.get('theme');
  Object.assign(dataset, { theme, size: settings.get('size') });
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.content = SIDES[theme] ?? SIDES[meta.media.includes('dark') ? 'dark' : 'light'];
  }
}
