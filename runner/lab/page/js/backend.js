// Who plays what a page asks for: the server that the page comes from, or nobody.

// server asks the server at the root of the pages.
const server = (root) => ({
  plays: true,
  play: async (request, {signal}) => {
    const answer = await fetch(new URL('play', root), {
      method: 'POST', signal, headers: {'Content-Type': 'application/json'}, body: JSON.stringify(request),
    });
    if (!answer.ok) throw new Error(`The server does not play: ${answer.status} ${await answer.text()}`);
    return answer.json();
  },
});

// backend is who plays, of a kind, for pages whose root is at a URL. Where plays is false there is nobody.
export const backend = (kind, root) => (kind === 'server' ? server(root) : {plays: false});
