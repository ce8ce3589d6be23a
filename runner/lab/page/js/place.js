// The place in a lesson that a link names, behind the # of its address: an event, a knob's position, a broker.
export const place = {
  get: () => Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
  set: (where) => history.replaceState(null, '', '#' + new URLSearchParams(where)),
};
