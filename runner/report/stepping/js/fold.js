// What there is at a moment of an act is a fold over its events until then. These are the rules of Go's
// outcome.State; a test holds the two against each other.

const ends = {
  'refuse': 'refused', 'return': 'returned', 'dead-letter': 'dead-lettered', 'expire': 'expired',
  'overflow': 'overflowed', 'drop': 'dropped', 'give-up': 'given-up', 'nack': 'rejected', 'reject': 'rejected',
};

export const start = () => ({ready: new Map(), buffer: new Map(), hands: new Map(), held: new Map(), fates: new Map()});

export const queueOf = (e) => JSON.stringify([e.vhost || '', e.queue || '']);

const put = (places, name, copy) => {
  if (!places.has(name)) places.set(name, []);
  places.get(name).push(copy);
};

// A queue is kept in the order in which copies first came.
const insert = (places, name, copy) => {
  put(places, name, copy);
  places.get(name).sort((a, b) => a - b);
};

const remove = (places, name, copy) => {
  const all = places.get(name) || [];
  const at = all.indexOf(copy);
  if (at < 0) return false;
  all.splice(at, 1);
  if (all.length === 0) places.delete(name);
  return true;
};

const removeFrom = (places, copy) => [...places.keys()].some((name) => remove(places, name, copy));

const take = (s, copy) => {
  [s.hands, s.buffer, s.held, s.ready].some((places) => removeFrom(places, copy));
};

const end = (s, copy, fate) => {
  take(s, copy);
  s.fates.set(copy, fate);
};

const empty = (s, e) => {
  if (e.copy) return end(s, e.copy, 'deleted');
  for (const copy of s.ready.get(queueOf(e)) || []) s.fates.set(copy, 'deleted');
  s.ready.delete(queueOf(e));
};

export const apply = (s, e) => {
  const actor = e.actor || '', copy = e.copy || 0;
  switch (e.kind) {
    case 'route':
      if (!e.queue) s.fates.set(copy, 'unroutable');
      else insert(s.ready, queueOf(e), copy);
      break;
    case 'deliver':
      remove(s.ready, queueOf(e), copy);
      put(s.buffer, actor, copy);
      break;
    case 'get':
      remove(s.ready, queueOf(e), copy);
      put(s.hands, actor, copy);
      break;
    case 'take':
      remove(s.buffer, actor, copy);
      put(s.hands, actor, copy);
      break;
    case 'requeue':
      take(s, copy);
      s.fates.delete(copy);
      insert(s.ready, queueOf(e), copy);
      break;
    case 'ack':
      end(s, copy, e.auto ? 'handled' : 'acked');
      break;
    case 'delete':
    case 'purge':
      empty(s, e);
      break;
    default:
      if (!ends[e.kind] || !copy || e.requeue) break;
      if (e.kept) {
        take(s, copy);
        put(s.held, queueOf(e), copy);
      } else {
        end(s, copy, ends[e.kind]);
      }
  }
  return s;
};
