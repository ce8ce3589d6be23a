// A page of a file that its reader writes: when the file is saved, the page is loaded again.

// watch waits for that, if the data of a page say that its chapter is in such a file.
export const watch = ({watched, root}) => {
  if (!watched) return;
  const events = new URL('events', new URL(root, location.href));
  events.searchParams.set('since', performance.timeOrigin); // it may have been saved before this page has come
  new EventSource(events).addEventListener('changed', (event) => {
    if (JSON.parse(event.data) === watched) location.reload();
  });
};
