// Who plays on pages without a server: the laboratory as WebAssembly, in a thread of its own, so that the page goes on.
// It is sent {id, request} and answers {id, reply} or {id, error}; before that it says {id, progress}.

// program is the laboratory, unpacked unless the server has had the browser do so.
const program = async (say) => {
  say('Loading the laboratory…');
  const answer = await fetch(new URL('../lab.wasm.gz', location.href));
  if (!answer.ok) throw new Error(`The laboratory cannot be loaded: ${answer.status} ${answer.statusText}`);
  const packed = new Uint8Array(await answer.arrayBuffer());
  const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
  const bytes = new Blob([packed]).stream();
  return new Response(isPacked ? bytes.pipeThrough(new DecompressionStream('gzip')) : bytes, {headers: {'Content-Type': 'application/wasm'}});
};

// start runs the laboratory. What it gives fails when the laboratory ends, which it should not.
const start = async (say) => {
  importScripts('../wasm_exec.js');
  const go = new Go();
  const loaded = await program(say);
  say('Starting the laboratory…');
  const {instance} = await WebAssembly.instantiateStreaming(loaded, go.importObject);
  const ended = go.run(instance).then(() => { throw new Error('The laboratory has ended.'); });
  ended.catch(() => {}); // whoever waits for it is told
  return {ended};
};

let laboratory = null;

onmessage = async ({data: {id, request}}) => {
  const say = (progress) => postMessage({id, progress});
  try {
    laboratory ||= start(say);
    const {ended} = await laboratory;
    say('Playing…');
    postMessage({id, reply: await Promise.race([tutorPlay(request), ended])});
  } catch (error) {
    postMessage({id, error: String(error?.message || error)});
  }
};
