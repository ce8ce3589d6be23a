// Package topology follows what exists in a vhost, from the frames that declare, bind and delete it,
// and predicts to which queues a publish is routed.
//
// It is how the ledger knows how many copies a message has before anybody receives one. It shares no
// code with the embedded broker, so that a mistake in either shows up as books that do not balance.
package topology

import (
	"maps"
	"slices"
	"strings"

	"tutor/runner/wire"
)

// Exchange is a declared exchange.
type Exchange struct {
	Type    string
	Durable bool
	// Alternate is the exchange that takes what this one cannot route; empty if there is none.
	Alternate string
	// AutoDelete exchanges go with their last binding.
	AutoDelete bool
	bindings   []binding
}

type binding struct {
	key         string
	arguments   wire.Table
	destination string
	toExchange  bool
}

// Queue is a declared queue.
type Queue struct {
	// Owner is the connection an exclusive queue belongs to; nil for others.
	Owner   any
	Durable bool
	// AutoDelete queues go with their last consumer.
	AutoDelete bool
	// Arguments are its own, and what a policy has added to them.
	Arguments wire.Table
	// Silent is set where a policy keeps the queue from telling the runner what dies in it.
	Silent bool
}

// Vhost is what exists in a vhost.
type Vhost struct {
	Exchanges map[string]*Exchange
	Queues    map[string]*Queue
	policies  []Policy
	// strange is set once an exchange was declared that routes nobody here knows how.
	strange bool
	// changes counts what was declared, bound and removed.
	changes int
}

// Changes goes up with whatever may change where messages go.
func (v *Vhost) Changes() int { return v.changes }

// New returns a vhost with the exchanges that are always there.
func New() *Vhost {
	v := &Vhost{Exchanges: map[string]*Exchange{}, Queues: map[string]*Queue{}}
	for name, kind := range map[string]string{
		"amq.direct": "direct", "amq.fanout": "fanout", "amq.topic": "topic",
		"amq.headers": "headers", "amq.match": "headers", "amq.rabbitmq.trace": "topic",
	} {
		v.Exchanges[name] = &Exchange{Type: kind, Durable: true}
	}
	return v
}

// DeclareExchange adds an exchange, unless it is there.
func (v *Vhost) DeclareExchange(name string, e Exchange) {
	if v.Exchanges[name] == nil {
		v.changes++
		v.Exchanges[name] = &e
		v.strange = v.strange || !e.isPlain()
	}
}

// isPlain reports whether it is known how the exchange routes.
func (e *Exchange) isPlain() bool {
	return e.Type == "direct" || e.Type == "fanout" || e.Type == "topic" || e.Type == "headers"
}

// DeclareQueue adds a queue, unless it is there.
func (v *Vhost) DeclareQueue(name string, q Queue) {
	if v.Queues[name] == nil {
		v.changes++
		v.Queues[name] = &q
	}
}

// Bind binds a queue or an exchange to an exchange.
func (v *Vhost) Bind(exchange, key string, arguments wire.Table, destination string, toExchange bool) {
	e := v.Exchanges[exchange]
	if e == nil {
		return
	}
	v.changes++
	b := binding{key, arguments, destination, toExchange}
	if !slices.ContainsFunc(e.bindings, b.equals) {
		e.bindings = append(e.bindings, b)
	}
}

// Unbind removes a binding, and with the last one an auto-delete exchange.
func (v *Vhost) Unbind(exchange, key string, arguments wire.Table, destination string, toExchange bool) {
	v.removeBindings(exchange, binding{key, arguments, destination, toExchange}.equals)
}

// DeleteExchange removes an exchange and the bindings to it.
func (v *Vhost) DeleteExchange(name string) {
	v.changes++
	delete(v.Exchanges, name)
	v.removeDestination(name, true)
}

// DeleteQueue removes a queue and the bindings to it.
func (v *Vhost) DeleteQueue(name string) {
	v.changes++
	delete(v.Queues, name)
	v.removeDestination(name, false)
}

func (v *Vhost) removeDestination(name string, isExchange bool) {
	for exchange := range maps.Clone(v.Exchanges) {
		v.removeBindings(exchange, func(b binding) bool {
			return b.destination == name && b.toExchange == isExchange
		})
	}
}

func (v *Vhost) removeBindings(exchange string, gone func(binding) bool) {
	e := v.Exchanges[exchange]
	if e == nil {
		return
	}
	v.changes++
	before := len(e.bindings)
	e.bindings = slices.DeleteFunc(e.bindings, gone)
	if e.AutoDelete && before > 0 && len(e.bindings) == 0 {
		v.DeleteExchange(exchange)
	}
}

func (b binding) equals(c binding) bool {
	return b.key == c.key && b.destination == c.destination && b.toExchange == c.toExchange &&
		equalTables(b.arguments, c.arguments)
}

func equalTables(a, b wire.Table) bool {
	if len(a) != len(b) {
		return false
	}
	for _, f := range a {
		if other, ok := b.Get(f.Name); !ok || !equalValues(f.Value, other) {
			return false
		}
	}
	return true
}

// Route lists the queues that a message with one or more routing keys reaches, each once, in order.
// Known is false if the exchange does not exist.
func (v *Vhost) Route(exchange string, keys []string, headers wire.Table) (queues []string, known bool) {
	if exchange == "" {
		for _, key := range keys {
			if v.Queues[key] != nil {
				queues = append(queues, key)
			}
		}
		slices.Sort(queues)
		return slices.Compact(queues), true
	}
	if v.Exchanges[exchange] == nil {
		return nil, false
	}
	r := routing{vhost: v, keys: keys, headers: headers, visited: map[string]bool{}, reached: map[string]bool{}}
	r.through(exchange)
	return slices.Sorted(maps.Keys(r.reached)), true
}

// Strange is the name of an exchange that a message to another, or to itself, may come to, and of which it is not known
// how it routes; empty if there is none.
func (v *Vhost) Strange(exchange string) string {
	if !v.strange {
		return ""
	}
	exchanges, _ := v.reachable(exchange)
	for _, name := range exchanges {
		if !v.Exchanges[name].isPlain() {
			return name
		}
	}
	return ""
}

// Reachable lists the queues that any message to an exchange may reach.
func (v *Vhost) Reachable(exchange string) []string {
	_, queues := v.reachable(exchange)
	return queues
}

// reachable lists the exchanges and queues that any message to an exchange may reach.
func (v *Vhost) reachable(exchange string) (exchanges, queues []string) {
	visited, reached := map[string]bool{}, map[string]bool{}
	for open := []string{exchange}; len(open) > 0; {
		e := v.Exchanges[open[0]]
		if visited[open[0]] || e == nil {
			open = open[1:]
			continue
		}
		visited[open[0]] = true
		exchanges = append(exchanges, open[0])
		open = append(open[1:], e.Alternate)
		for _, b := range e.bindings {
			if b.toExchange {
				open = append(open, b.destination)
			} else {
				reached[b.destination] = true
			}
		}
	}
	return exchanges, slices.Sorted(maps.Keys(reached))
}

// Keys lists the routing keys of a publish: its own, and those in the headers CC and BCC, RabbitMQ's
// sender-selected distribution.
func Keys(key string, headers wire.Table) []string {
	keys := []string{key}
	for _, header := range []string{"CC", "BCC"} {
		value, _ := headers.Get(header)
		more, _ := value.([]any)
		for _, item := range more {
			if k, ok := item.(string); ok {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// routing is the way of one message through exchanges that are bound to each other, in circles even.
type routing struct {
	vhost            *Vhost
	keys             []string
	headers          wire.Table
	visited, reached map[string]bool
}

func (r *routing) through(exchange string) {
	e := r.vhost.Exchanges[exchange]
	if e == nil || r.visited[exchange] {
		return
	}
	r.visited[exchange] = true
	matched := false
	for _, b := range e.bindings {
		fits := func(key string) bool { return b.matches(e.Type, key, r.headers) }
		if !slices.ContainsFunc(r.keys, fits) {
			continue
		}
		matched = true
		if b.toExchange {
			r.through(b.destination)
		} else {
			r.reached[b.destination] = true
		}
	}
	if !matched && e.Alternate != "" {
		r.through(e.Alternate)
	}
}

func (b binding) matches(exchangeType, key string, headers wire.Table) bool {
	switch exchangeType {
	case "fanout":
		return true
	case "topic":
		return matchTopic(words(b.key), words(key))
	case "headers":
		return matchHeaders(b.arguments, headers)
	default:
		return b.key == key
	}
}

// words splits a topic key. RabbitMQ takes an empty one for no word at all, not for an empty word.
func words(key string) []string {
	if key == "" {
		return nil
	}
	return strings.Split(key, ".")
}

// matchTopic compares word by word: * stands for one word, # for any number of words, also none.
func matchTopic(pattern, words []string) bool {
	if len(pattern) == 0 {
		return len(words) == 0
	}
	if pattern[0] == "#" {
		return matchTopic(pattern[1:], words) || len(words) > 0 && matchTopic(pattern, words[1:])
	}
	return len(words) > 0 && (pattern[0] == "*" || pattern[0] == words[0]) && matchTopic(pattern[1:], words[1:])
}

// matchHeaders compares a binding's arguments with a message's headers. x-match says whether all or
// any must agree; arguments that start with x- count only for the -with-x variants.
func matchHeaders(arguments, headers wire.Table) bool {
	mode := "all"
	if m, ok := arguments.Get("x-match"); ok {
		mode, _ = m.(string)
	}
	all := strings.HasPrefix(mode, "all")
	for _, want := range arguments {
		if want.Name == "x-match" || strings.HasPrefix(want.Name, "x-") && !strings.HasSuffix(mode, "-with-x") {
			continue
		}
		got, ok := headers.Get(want.Name)
		agrees := ok && (want.Value == nil || equalValues(want.Value, got))
		if agrees != all {
			return agrees
		}
	}
	return all
}
