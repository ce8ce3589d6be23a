package diagram

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tutor/runner/scenario"
)

// before draws what is there before the cast starts.
func (g *Graph) before(t *scenario.Topology) {
	for _, e := range t.Exchanges {
		g.exchange(&scenario.Exchange{Name: e.Name, Type: e.Type})
	}
	for _, q := range t.Queues {
		g.add(node{"q:" + q.Name, q.Name + settings(q.Arguments), queueNode})
	}
	for _, e := range t.Exchanges {
		g.bound(e.Bind, "x:"+e.Name)
		if alternate, ok := t.Alternate(e).(string); ok {
			g.connect("x:"+e.Name, g.exchange(&scenario.Exchange{Name: alternate}), "what no binding takes")
		}
	}
	for _, q := range t.Queues {
		g.bound(q.Bind, "q:"+q.Name)
		if exchange, ok := t.QueueSetting(q, "dead-letter-exchange").(string); ok {
			key, given := t.QueueSetting(q, "dead-letter-routing-key").(string)
			g.deadLetters(q, exchange, key, given)
		}
	}
}

func (g *Graph) deadLetters(q *scenario.TopologyQueue, exchange, key string, given bool) {
	switch {
	case exchange == "" && given && g.has("q:"+key):
		g.connect("q:"+q.Name, "q:"+key, "dead letters")
	case given:
		g.connect("q:"+q.Name, g.exchange(&scenario.Exchange{Name: exchange}), "dead letters as "+key)
	default:
		g.connect("q:"+q.Name, g.exchange(&scenario.Exchange{Name: exchange}), "dead letters")
	}
}

func (g *Graph) bound(bindings []*scenario.TopologyBinding, to string) {
	for _, b := range bindings {
		g.connect(g.exchange(&scenario.Exchange{Name: b.From}), to, bindingLabel(b.Key, b.Arguments))
	}
}

// bindingLabel is what a binding says of the messages that it takes.
func bindingLabel(key string, arguments scenario.Arguments) string {
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		key = strings.TrimSpace(fmt.Sprintf("%s %s=%v", key, name, arguments[name]))
	}
	return key
}

// settings are what a reader should know of a queue: its type, and what limits what it holds.
func settings(a scenario.Arguments) string {
	var parts []string
	for _, s := range []struct{ argument, words string }{
		{"x-queue-type", "%v"}, {"x-message-ttl", "TTL %v ms"}, {"x-max-length", "at most %v"}, {"x-max-length-bytes", "at most %v bytes"},
		{"x-expires", "goes after %v ms"}, {"x-delivery-limit", "delivery limit %v"},
	} {
		if value, ok := a[s.argument]; ok {
			parts = append(parts, fmt.Sprintf(s.words, value))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
