// Who plays what a page asks for: the server that the page comes from, or nobody.

// server asks the server at the root of the pages.
const server = (root) => ({
  plays: true,
  play: async (request, {signal, progress}) => {
    const id = '?play=' + crypto.randomUUID();
    const events = new EventSource(new URL('events' + id, root));
    events.addEventListener('progress', (event) => progress(JSON.parse(event.data)));
    try {
      const answer = await fetch(new URL('play' + id, root), {
        method: 'POST', signal, headers: {'Content-Type': 'application/json'}, body: JSON.stringify(request),
      });
      if (!answer.ok) throw new Error(`The server does not play: ${answer.status} ${await answer.text()}`);
      return await answer.json();
    } finally {
      events.close();
    }
  },
});

// backend is who plays, of a kind, for pages whose root is at a URL. Where plays is false there is nobody.
export const backend = (kind, root) => (kind === 'server' ? server(root) : {plays: false});
