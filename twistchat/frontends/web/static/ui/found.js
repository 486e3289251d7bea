/** The search beside the conversation, which is fetched when somebody wants to search. */

/** Have it put into its place when it is opened. */
export function mountFound(element, app) {
  let isThere = false;
  app.view.drawn.listen(async (name) => {
    if (name !== 'found' || isThere) {
      return;
    }
    isThere = true;
    try {
      const { FoundPanel } = await import('./found-panel.js');
      new FoundPanel(element, app).focus();
    } catch (error) {
      isThere = false;
      throw error;
    }
  });
}
