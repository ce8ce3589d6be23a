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
		g.addNode("q:"+q.Name, q.Name, q.Arguments, "/")
	}
	for _, e := range t.Exchanges {
		g.bound(e.Bind, "x:"+e.Name)
		if to, ok := g.exchangeArguments(e)["alternate-exchange"].(string); ok {
			g.join(edge{"x:" + e.Name, g.exchange(&scenario.Exchange{Name: to}), "what no binding takes", alternate})
		}
	}
	for _, q := range t.Queues {
		g.bound(q.Bind, "q:"+q.Name)
		g.addQueue("q:"+q.Name, q.Name, q.Arguments, "/")
	}
}

// addQueue draws a queue, and where its dead letters go.
func (g *Graph) addQueue(id, name string, own scenario.Arguments, vhost string) string {
	arguments := g.addNode(id, name, own, vhost)
	exchange, ok := arguments["x-dead-letter-exchange"].(string)
	if !ok {
		return id
	}
	key, given := arguments["x-dead-letter-routing-key"].(string)
	switch {
	case exchange == "" && given && g.has("q:"+key):
		g.join(edge{id, "q:" + key, "dead letters", deadLetters})
	case given:
		g.join(edge{id, g.exchange(&scenario.Exchange{Name: exchange}), "dead letters as " + key, deadLetters})
	default:
		g.join(edge{id, g.exchange(&scenario.Exchange{Name: exchange}), "dead letters", deadLetters})
	}
	return id
}

// addNode draws a queue by itself. It returns the arguments that count, with what a policy adds.
func (g *Graph) addNode(id, name string, own scenario.Arguments, vhost string) scenario.Arguments {
	arguments, policy := own, ""
	if vhost == "/" {
		arguments, policy = g.queueArguments(name, own)
	}
	traits := settings(arguments)
	if policy != "" {
		traits = append(traits, "policy "+policy)
	}
	g.add(node{id: id, label: name, kind: queueNode, traits: strings.Join(traits, ", "), losses: losses(arguments)})
	return arguments
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
func settings(a scenario.Arguments) []string {
	return told(a, []setting{
		{"x-queue-type", "%v"}, {"x-message-ttl", "TTL %v ms"}, {"x-max-length", "at most %v"}, {"x-max-length-bytes", "at most %v bytes"},
		{"x-overflow", "%v"}, {"x-expires", "goes after %v ms"}, {"x-delivery-limit", "delivery limit %v"},
	})
}

// losses are how messages get lost in a queue that sends no dead letters.
func losses(a scenario.Arguments) string {
	if _, ok := a["x-dead-letter-exchange"]; ok {
		return ""
	}
	full := "pushed out"
	if overflow, _ := a["x-overflow"].(string); strings.HasPrefix(overflow, "reject-publish") {
		full = "refused"
	}
	return strings.Join(told(a, []setting{
		{"x-message-ttl", "expired after %v ms"}, {"x-max-length", full + " beyond %v"}, {"x-max-length-bytes", full + " beyond %v bytes"},
		{"x-delivery-limit", "given up after %v"},
	}), ", ")
}

// setting is an argument, and how it is told.
type setting struct{ argument, words string }

func told(a scenario.Arguments, settings []setting) (parts []string) {
	for _, s := range settings {
		if value, ok := a[s.argument]; ok {
			parts = append(parts, fmt.Sprintf(s.words, value))
		}
	}
	return parts
}
