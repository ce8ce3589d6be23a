package lint

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/definitions"
)

// way is where the dead letters of a queue go.
type way struct {
	queue    *definitions.Queue
	exchange string
	// key is the one they get, if they get one: else each keeps its own.
	key    string
	hasKey bool
	// by is what says so.
	by string
	// to are the queues that they may get into.
	to []string
}

// wayOf is the way of the dead letters of a queue; nil if it has none.
func (v *vhost) wayOf(q *definitions.Queue) *way {
	s := v.of.QueueSetting(q, "dead-letter-exchange")
	exchange, ok := s.Value.(string)
	if !ok {
		return nil
	}
	w := &way{queue: q, exchange: exchange, by: drawnFrom(s, "x-dead-letter-exchange")}
	key := v.of.QueueSetting(q, "dead-letter-routing-key")
	if w.key, w.hasKey = key.Value.(string); w.hasKey {
		w.by += fmt.Sprintf("; with the key %q by %s", w.key, drawnFrom(key, "x-dead-letter-routing-key"))
	}
	w.to = v.ends(w)
	return w
}

// ends are the queues that dead letters may get into.
func (v *vhost) ends(w *way) []string {
	keys, any := []string{w.key}, false
	if !w.hasKey {
		keys, any = v.keysInto(w.queue.Name)
	}
	if w.exchange == "" {
		if any {
			// A message that comes by its key through an exchange is seldom called like a queue: it would be
			// a guess.
			keys = []string{w.queue.Name}
		}
		return slices.DeleteFunc(sorted(keys), func(key string) bool { return v.queues[key] == nil })
	}
	if any {
		return v.router.Reachable(w.exchange)
	}
	var all []string
	for _, key := range keys {
		reached, _ := v.router.Route(w.exchange, []string{key}, nil)
		all = append(all, reached...)
	}
	return sorted(all)
}

// keysInto are the keys of the messages that get into a queue; any is set where they may be others, too. By its name
// everybody reaches a queue through the default exchange.
func (v *vhost) keysInto(queue string) (keys []string, any bool) {
	keys = []string{queue}
	for _, b := range v.into[queue] {
		e := v.exchanges[b.Source]
		switch {
		case e != nil && e.Type == "direct", b.Source == "amq.direct":
		case e != nil && e.Type == "topic" && !strings.ContainsAny(b.Key, "*#"):
		default:
			any = true
		}
		keys = append(keys, b.Key)
	}
	return keys, any
}

// deadLetters looks at the queues whose dead letters get nowhere.
func (v *vhost) deadLetters() {
	for _, q := range v.of.Queues {
		w := v.dying[q.Name]
		switch {
		case w == nil:
		case !v.exists(w.exchange):
			v.mistake(q.Pos, "queue %s: its dead letters go to exchange %s (%s), which is not in these definitions and has no bindings in them: they are lost", q.Name, w.exchange, w.by)
		case w.exchange == "" && w.hasKey && v.queues[w.key] == nil:
			v.mistake(q.Pos, "queue %s: its dead letters go to the queue %s by the default exchange (%s), and there is no such queue in these definitions: they are lost", q.Name, w.key, w.by)
		case w.exchange == "":
		case len(v.router.Reachable(w.exchange)) == 0:
			v.mistake(q.Pos, "queue %s: its dead letters go to exchange %s (%s), from which no binding in these definitions leads to a queue: they are lost", q.Name, w.exchange, w.by)
		case w.hasKey && len(w.to) == 0:
			v.mistake(q.Pos, "queue %s: its dead letters go to exchange %s (%s), and no binding there takes that key: they are lost", q.Name, w.exchange, w.by)
		}
	}
}

// circles looks at queues whose dead letters may come back.
func (v *vhost) circles() {
	told := map[string]bool{}
	for _, q := range v.of.Queues {
		path := v.circle(q.Name)
		if path == nil || slices.ContainsFunc(path, func(name string) bool { return told[name] }) {
			continue
		}
		var by []string
		for _, name := range path[:len(path)-1] {
			told[name] = true
			w := v.dying[name]
			exchange := w.exchange
			if exchange == "" {
				exchange = "the default exchange"
			}
			by = append(by, fmt.Sprintf("%s to %s (%s)", name, exchange, w.by))
		}
		v.warning(q.Pos, "dead letters can go in a circle: %s; %s. A message that comes round without having been rejected on the way is dropped",
			strings.Join(path, " → "), strings.Join(by, ", "))
	}
}

// circle is the shortest way on which a dead letter of a queue comes back to it; nil if there is none.
func (v *vhost) circle(start string) []string {
	from := map[string]string{}
	for open := []string{start}; len(open) > 0; open = open[1:] {
		w := v.dying[open[0]]
		if w == nil {
			continue
		}
		for _, to := range w.to {
			if to == start {
				path := []string{start}
				for at := open[0]; at != start; at = from[at] {
					path = append(path, at)
				}
				path = append(path, start)
				slices.Reverse(path)
				return path
			}
			if _, seen := from[to]; !seen {
				from[to] = open[0]
				open = append(open, to)
			}
		}
	}
	return nil
}
