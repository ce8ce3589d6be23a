// Package difftest plays the same AMQP operations on different brokers and writes down what each of
// them answers, so that the answers can be compared: replies with their codes and texts, deliveries
// with their order, flags and headers, and what queues hold after each operation.
//
// A [Program] is a list of operations over several connections and channels. [Play] sends them one
// by one, and goes on when the broker is quiet. The result is a [Log]: lines that are the same on
// brokers that behave the same. [Generate] makes up programs. It is used by tests only.
package difftest

import (
	"fmt"
	"strings"

	"tutor/runner/wire"
)

// Program is a list of operations.
type Program []Op

// Op is one operation: a method on a channel of a connection. Connections and channels are opened
// when they are first used, and again after they were closed.
type Op struct {
	// Conn and Channel number the connections and channels, from 1.
	Conn    int
	Channel uint16
	// Method to send. Nil closes the connection.
	Method wire.Method
	// Properties and Body are the content of basic.publish.
	Properties wire.Properties
	Body       string
}

// String is the operation in words.
func (o Op) String() string {
	where := fmt.Sprintf("%d.%d ", o.Conn, o.Channel)
	if o.Method == nil {
		return where + "close the connection"
	}
	text := where + wire.Format(o.Method)
	if wire.CarriesContent(o.Method) {
		text += fmt.Sprintf(" %q", o.Body)
		if o.Properties.Flags != 0 {
			text += " " + describe(&o.Properties)
		}
	}
	return text
}

// Log is what was observed: for each operation a line that begins with >, then what came of it.
type Log []string

func (l Log) String() string { return strings.Join(l, "\n") }

// describe lists the properties that are present.
func describe(p *wire.Properties) string {
	var parts []string
	add := func(flag uint16, name string, value any) {
		if p.Flags&flag != 0 {
			parts = append(parts, fmt.Sprintf("%s=%v", name, value))
		}
	}
	add(wire.FlagHeaders, "headers", spell(p.Headers))
	add(wire.FlagDeliveryMode, "delivery-mode", p.DeliveryMode)
	add(wire.FlagPriority, "priority", p.Priority)
	add(wire.FlagCorrelationID, "correlation-id", p.CorrelationID)
	add(wire.FlagReplyTo, "reply-to", p.ReplyTo)
	add(wire.FlagExpiration, "expiration", p.Expiration)
	add(wire.FlagMessageID, "message-id", p.MessageID)
	add(wire.FlagUserID, "user-id", p.UserID)
	return "{" + strings.Join(parts, " ") + "}"
}

// spell writes a value with its type. Times differ from run to run.
func spell(value any) string {
	switch v := value.(type) {
	case wire.Table:
		parts := make([]string, len(v))
		for i, f := range v {
			value := spell(f.Value)
			if f.Name == "time" {
				value = "<time>"
			}
			parts[i] = f.Name + ": " + value
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = spell(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return fmt.Sprintf("%q", v)
	case nil, bool:
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%T(%v)", value, value)
}
