// Package lint finds in RabbitMQ's definitions what loses messages, leads nowhere, or does not go with a version.
//
// What it says it draws from the definitions alone, and each finding names what from. Where they do not tell (an
// export has neither exclusive queues nor internal exchanges, a message brings headers and mostly a key of its own)
// whatever may be is taken to be, and nothing is said.
package lint

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/definitions"
	"tutor/runner/mistake"
	"tutor/runner/topology"
)

// Finding is something that should be looked at.
type Finding struct {
	Pos definitions.Position
	// Mistake is set where messages are lost, or a version that was asked for refuses it; else it is a warning.
	Mistake bool
	Text    string
}

// Check finds what is wrong with definitions on a version of RabbitMQ. Asked says whether somebody has asked for
// that version, so that what it refuses is a mistake.
func Check(d *definitions.Definitions, on Version, asked bool) []Finding {
	var all []Finding
	for _, name := range d.Names() {
		of := d.Of(name)
		if len(d.Users) == 0 {
			of.Users, of.Permissions = nil, nil
		}
		v := newVhost(of, len(d.Users) > 0)
		v.alternates()
		v.deadLetters()
		v.circles()
		v.unreached()
		v.policies()
		all = append(all, v.found...)
	}
	all = append(all, refused(d, on, asked)...)
	mistake.InOrder(all, func(f Finding) definitions.Position { return f.Pos })
	return all
}

// vhost is one vhost with what was found in it.
type vhost struct {
	of *definitions.Definitions
	// permitted is set where it is known what users may do.
	permitted bool
	found     []Finding

	exchanges map[string]*definitions.Exchange
	queues    map[string]*definitions.Queue
	// bound are the exchanges that a binding leads from.
	bound map[string]bool
	// into are the bindings that lead to a queue.
	into map[string][]*definitions.Binding
	// router knows which way messages go.
	router *topology.Vhost
	// dying are the ways of the dead letters of each queue that has some.
	dying map[string]*way
}

func newVhost(of *definitions.Definitions, permitted bool) *vhost {
	v := &vhost{
		of: of, permitted: permitted, exchanges: map[string]*definitions.Exchange{}, queues: map[string]*definitions.Queue{},
		bound: map[string]bool{}, into: map[string][]*definitions.Binding{}, router: topology.New(), dying: map[string]*way{},
	}
	for _, e := range of.Exchanges {
		v.exchanges[e.Name] = e
		alternate, _ := of.Alternate(e).Value.(string)
		v.router.DeclareExchange(e.Name, topology.Exchange{Type: kindOf(e), Alternate: alternate})
	}
	for _, q := range of.Queues {
		v.queues[q.Name] = q
		v.router.DeclareQueue(q.Name, topology.Queue{})
	}
	for _, b := range of.Bindings {
		v.bound[b.Source] = true
		if !b.ToExchange {
			v.into[b.Destination] = append(v.into[b.Destination], b)
		}
		// One that is not in the definitions may be internal, and of any type.
		v.router.DeclareExchange(b.Source, topology.Exchange{Type: anywhere})
		v.router.Bind(b.Source, b.Key, nil, b.Destination, b.ToExchange)
	}
	for _, q := range of.Queues {
		if w := v.wayOf(q); w != nil {
			v.dying[q.Name] = w
		}
	}
	return v
}

// anywhere is the type of exchanges that may route to all that is bound to them.
const anywhere = "fanout"

// kindOf is the type that an exchange routes by, as far as it is known to which queues a key leads.
func kindOf(e *definitions.Exchange) string {
	if e.Type == "direct" || e.Type == "topic" {
		return e.Type
	}
	return anywhere
}

// exists reports whether there is an exchange, be it one that an export leaves out.
func (v *vhost) exists(exchange string) bool {
	return exchange == "" || isOwn(exchange) || v.exchanges[exchange] != nil || v.bound[exchange]
}

// isOwn reports whether an exchange is one of the broker's own.
func isOwn(exchange string) bool { return strings.HasPrefix(exchange, "amq.") }

func (v *vhost) mistake(pos definitions.Position, format string, args ...any) {
	v.found = append(v.found, Finding{pos, true, fmt.Sprintf(format, args...)})
}

func (v *vhost) warning(pos definitions.Position, format string, args ...any) {
	v.found = append(v.found, Finding{pos, false, fmt.Sprintf(format, args...)})
}

// drawnFrom names what has said a setting: the argument of a declaration, or a policy.
func drawnFrom(s definitions.Setting, argument string) string {
	if s.By != nil {
		return fmt.Sprintf("policy %s, %v", s.By.Name, s.By.Pos)
	}
	return "its argument " + argument
}

// few names some of many.
func few(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// alternates looks at what becomes of messages that an exchange cannot route.
func (v *vhost) alternates() {
	for _, e := range v.of.Exchanges {
		s := v.of.Alternate(e)
		alternate, ok := s.Value.(string)
		if !ok {
			continue
		}
		by := drawnFrom(s, "alternate-exchange")
		switch {
		case !v.exists(alternate):
			v.mistake(e.Pos, "exchange %s: what it cannot route goes to exchange %s (%s), which is not in these definitions and has no bindings in them: it is lost", e.Name, alternate, by)
		case alternate != "" && len(v.router.Reachable(alternate)) == 0:
			v.mistake(e.Pos, "exchange %s: what it cannot route goes to exchange %s (%s), from which no binding in these definitions leads to a queue: it is lost", e.Name, alternate, by)
		}
	}
}

// predeclared are the exchanges that every vhost has, and that may be published to.
func predeclared() []string {
	return []string{"amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic"}
}

// sorted are the names of some queues, without doubles.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
