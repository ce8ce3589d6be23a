package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/suggest"
)

// Bind says whether and how a queue is bound: true or false, a key, or a list of keys and of mappings.
type Bind struct {
	// Wanted is whether the queue is bound at all.
	Wanted bool
	// To are the bindings; without any there is one, to the actor's exchange and with its routing key.
	To []QueueBinding
}

// QueueBinding is a key to bind a queue to the actor's exchange with, or a mapping with more to say.
type QueueBinding struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// From is the exchange. Default: the actor's.
	From string `yaml:"from"`
	// Key to bind with. Default: the actor's routing key.
	Key *string `yaml:"key"`
	// Arguments of the binding, such as x-match.
	Arguments Arguments `yaml:"arguments"`
}

func (b *Bind) decodeNode(d *decoder, n *yaml.Node, path string) {
	switch {
	case n.Kind == yaml.SequenceNode:
		b.Wanted = true
		d.list(n, reflect.ValueOf(&b.To).Elem(), path)
		if len(b.To) == 0 {
			d.errorf(n, "the list of bindings is empty")
		}
	case n.Kind == yaml.ScalarNode && n.Tag == "!!bool":
		d.scalar(n, reflect.ValueOf(&b.Wanted).Elem())
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		b.Wanted = true
		b.To = []QueueBinding{{Pos: d.pos(n), Key: &n.Value}}
	default:
		d.errorf(n, "%swant true, a key, or a list of keys and mappings, not %s", lead(path), kindOf(n))
	}
}

// decodeNode takes just the key, or a mapping.
func (b *QueueBinding) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode {
		b.Pos, b.Key = d.pos(n), new(string)
		d.scalar(n, reflect.ValueOf(b.Key).Elem())
		return
	}
	type plain QueueBinding // without this method
	var p plain
	d.structure(n, reflect.ValueOf(&p).Elem(), path)
	*b = QueueBinding(p)
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		d.errorf(n, "%ssay how it is bound: from, key or arguments", lead(path))
	}
}

// Bindings are those of the actor's queue, as they are declared.
func (c *Common) Bindings() []Binding {
	if !c.Queue.Bind.Wanted {
		return nil
	}
	if len(c.Queue.Bind.To) == 0 {
		return []Binding{{Queue: c.Queue.Name, From: c.Exchange.Name, Key: c.RoutingKey}}
	}
	all := make([]Binding, len(c.Queue.Bind.To))
	for i, to := range c.Queue.Bind.To {
		key := c.RoutingKey
		set(&key, to.Key)
		all[i] = Binding{Queue: c.Queue.Name, From: cmp.Or(to.From, c.Exchange.Name), Key: key, Arguments: to.Arguments}
	}
	return all
}

// Bindings are those of the exchange to others.
func (e *Exchange) Bindings() []Binding {
	var all []Binding
	for _, from := range e.Bind {
		if from != nil {
			all = append(all, Binding{Exchange: e.Name, From: from.From, Key: from.Key, Arguments: from.Arguments})
		}
	}
	return all
}

// bindings checks what an actor binds.
func (c *checker) bindings(a *Common, path string) {
	for i, b := range a.Bindings() {
		at := fmt.Sprintf("%s.queue.bind[%d]", path, i)
		switch {
		case b.From == "":
			c.at(at, "binding needs an exchange: every queue is bound to the default exchange already")
		case !a.Queue.Declare && a.Queue.Name == "":
			c.at(at, "binding needs a queue: give its name or declare it")
		}
	}
	for i, b := range a.Exchange.Bind {
		at := fmt.Sprintf("%s.exchange.bind[%d]", path, i)
		switch {
		case b == nil:
		case a.Exchange.Name == "":
			c.at(at, "binding needs an exchange: the default exchange cannot be bound")
		case c.given(at+".from") && b.From == "":
			c.at(at+".from", "binding needs an exchange: nothing can be bound to the default exchange")
		}
	}
}

// String writes arguments as YAML does, in one line.
func (a Arguments) String() string { return flow(map[string]any(a)) }

// ParseArguments reads arguments that are written in one line, as in {x-match: all, pages: 3}.
func ParseArguments(text string) (Arguments, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) == 0 {
		return nil, errors.New("want arguments such as {x-match: all, pages: 3}")
	}
	d := &decoder{where: map[string]Position{}}
	var a Arguments
	a.decodeNode(d, doc.Content[0], "")
	if len(d.errs) > 0 {
		return nil, errors.New(d.errs[0].Msg)
	}
	return a, nil
}

// plugins are the types of exchanges that come with plugins of RabbitMQ's, by their names.
func plugins() map[ExchangeType]string {
	return map[ExchangeType]string{
		"x-consistent-hash": "rabbitmq_consistent_hash_exchange", "x-delayed-message": "rabbitmq_delayed_message_exchange",
		"x-jms-topic": "rabbitmq_jms_topic_exchange", "x-modulus-hash": "rabbitmq_sharding", "x-random": "rabbitmq_random_exchange",
		"x-recent-history": "rabbitmq_recent_history_exchange",
	}
}

// localRandom is a type of exchange that RabbitMQ has from 4.0 on.
const localRandom = "x-local-random"

// StrangeExchanges lists the exchanges that an act declares whose type RabbitMQ does not have, at least not without a
// plugin. It may be just what is wanted.
func (a *Act) StrangeExchanges() Errors {
	var all Errors
	look := func(pos Position, name string, kind ExchangeType) {
		text := fmt.Sprintf("exchange %s is of type %s, which RabbitMQ does not have", name, kind)
		switch plugin := plugins()[kind]; {
		case kind == "" || kind == localRandom || slices.Contains(ExchangeTypes(), string(kind)):
			return
		case plugin != "":
			text += " without the plugin " + plugin
		default:
			text += suggest.DidYouMean(strings.ToLower(string(kind)), ExchangeTypes())
		}
		if e := (Error{Pos: pos, Msg: text}); !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	for _, e := range a.Before().Exchanges {
		look(e.Pos, e.Name, e.Type)
	}
	for i, actor := range a.Cast {
		if e := &actor.Common().Exchange; e.Declare {
			look(a.Place(i, "exchange.type"), e.Name, e.Type)
		}
	}
	for _, s := range a.Steps {
		if s.Declare != nil && s.Declare.Exchange != "" {
			look(s.Pos, s.Declare.Exchange, s.Declare.Type)
		}
	}
	return all
}
