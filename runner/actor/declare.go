package actor

import (
	"cmp"
	"fmt"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// declare creates what the actor needs: exchange, queue, bindings.
func (a *Actor) declare(c *scenario.Common) error {
	if err := a.declareExchange(&c.Exchange); err != nil {
		return err
	}
	for _, b := range c.Exchange.Bindings() {
		if err := a.bind(transcript.BoundExchange, b); err != nil {
			return err
		}
	}
	if err := a.declareQueue(&c.Queue); err != nil {
		return err
	}
	for _, b := range c.Bindings() {
		b.Queue = a.queue // which may have its name from the broker
		if err := a.bind(transcript.Bound, b); err != nil {
			return err
		}
	}
	return nil
}

func (a *Actor) bind(kind transcript.Kind, b scenario.Binding) error {
	name := cmp.Or(b.Queue, b.Exchange)
	if err := Bind(a.channel, &b); err != nil {
		return a.explain("binding "+b.String(), err)
	}
	text := fmt.Sprintf("[%s] to Exchange [%s] %s", name, b.From, b.Key)
	if len(b.Arguments) > 0 {
		text = strings.TrimSpace(text) + " " + b.Arguments.String()
	}
	a.host.Print(kind, text, "")
	return nil
}

func (a *Actor) declareExchange(e *scenario.Exchange) error {
	if !e.Declare {
		return nil
	}
	kind := e.Type
	if kind == "" {
		kind = scenario.Direct
	}
	err := a.channel.ExchangeDeclare(e.Name, string(kind), e.Durable, e.AutoDelete, e.Internal, false, table(e.Arguments))
	if err != nil {
		return a.explain("declaring exchange "+e.Name, err)
	}
	a.host.Print(transcript.CreatedExchange, e.Name, "")
	return nil
}

func (a *Actor) declareQueue(q *scenario.Queue) (err error) {
	a.queue = q.Name
	if q.Declare {
		a.queue, err = a.declareQueueOf(q)
	}
	return err
}

// declareQueueOf declares a queue, and returns its name as the broker knows it.
func (a *Actor) declareQueueOf(q *scenario.Queue) (name string, err error) {
	declared, err := a.channel.QueueDeclare(q.Name, q.Durable, q.AutoDelete, q.Exclusive, false, table(q.Arguments))
	if err != nil {
		return q.Name, a.explain("declaring queue "+q.Name, err)
	}
	a.host.Print(transcript.CreatedQueue, declared.Name, "")
	return declared.Name, nil
}

// table turns the scenario's arguments into the client library's.
func table(arguments scenario.Arguments) amqp.Table {
	if len(arguments) == 0 {
		return nil
	}
	return tableOf(arguments)
}

func tableOf(m map[string]any) amqp.Table {
	t := make(amqp.Table, len(m))
	for key, value := range m {
		t[key] = tablesIn(value)
	}
	return t
}

// tablesIn is a value with tables of the client library's in it, also in lists.
func tablesIn(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return tableOf(v)
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = tablesIn(item)
		}
		return items
	}
	return v
}
