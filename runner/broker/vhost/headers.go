package vhost

import (
	"strings"

	"tutor/runner/wire"
)

// headersTable routes for an exchange of type headers: a binding's arguments are compared with the message's
// headers, the routing key is ignored (AMQP 0-9-1, 3.1.3.4).
type headersTable struct {
	bindings []*binding
}

func (t *headersTable) add(b *binding) { t.bindings = append(t.bindings, b) }

func (t *headersTable) remove(b *binding) { t.bindings = without(t.bindings, b) }

func (t *headersTable) route(_ string, m *message, found *targets) {
	if len(t.bindings) == 0 {
		return
	}
	headers := m.routingHeaders()
	for _, b := range t.bindings {
		if matchHeaders(b.args, headers) {
			found.add(b.to)
		}
	}
}

// matchHeaders applies the x-match of a binding's arguments: all (the default) or any of the other arguments
// must be met. Arguments whose names begin with "x-" take part only in all-with-x and any-with-x.
func matchHeaders(args wire.Table, headers map[string]any) bool {
	mode, _ := lookup(args, "x-match")
	anyOne := mode == "any" || mode == "any-with-x"
	withX := mode == "all-with-x" || mode == "any-with-x"
	for _, arg := range args {
		if arg.Name == "x-match" || !withX && strings.HasPrefix(arg.Name, "x-") {
			continue
		}
		if meets(arg, headers) == anyOne {
			return anyOne
		}
	}
	return !anyOne
}

// meets reports whether the header of arg's name is there and, unless arg is void, has its value. Types
// matter only as far as RabbitMQ's terms do: all integers compare by value, floating point never equals an integer.
func meets(arg wire.Field, headers map[string]any) bool {
	value, present := headers[arg.Name]
	if arg.Value == nil {
		return present
	}
	return present && term(arg.Value) == value
}
