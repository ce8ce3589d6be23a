package vhost

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/wire"
)

// settings are what a queue's arguments make of it. Durations are in milliseconds; none means not set.
type settings struct {
	expires            int64 // x-expires
	messageTTL         int64 // x-message-ttl
	maxLength          int64 // x-max-length
	maxBytes           int64 // x-max-length-bytes
	overflow           string
	hasDeadLetters     bool   // x-dead-letter-exchange is set, perhaps to the default exchange
	deadLetterExchange string // x-dead-letter-exchange
	deadLetterKey      string // x-dead-letter-routing-key
	hasDeadLetterKey   bool
	atLeastOnce        bool // x-dead-letter-strategy is at-least-once, and can be, see keep.go
	maxPriority        int  // x-max-priority
	singleActive       bool
	deliveryLimit      int64   // x-delivery-limit; negative is unlimited
	retries            retries // x-delayed-retry-*, see delay.go
}

// settings checks the arguments of a new queue and takes them apart.
func (v *VHost) settings(m wire.QueueDeclare) (kind, settings, error) {
	k, err := v.kindOf(m)
	if err != nil {
		return nil, settings{}, err
	}
	if err := v.checkDeclaration(k, m); err != nil {
		return nil, settings{}, err
	}
	t := k.traits()
	args, err := v.effective(t.policies, m.Queue, m.Arguments)
	if err != nil {
		return nil, settings{}, v.preconditionFailed("%v", err)
	}
	return k, newSettings(t, args), nil
}

// checkDeclaration makes the checks of queue.declare that depend on the kind of the queue.
func (v *VHost) checkDeclaration(k kind, m wire.QueueDeclare) error {
	what := queueNamed(m.Queue)
	if err := v.checkArguments(k, queueArguments, m.Arguments, what); err != nil {
		return err
	}
	if err := v.permitted(m); err != nil {
		return err
	}
	if property := k.misfit(m); property != "" {
		return v.preconditionFailed("invalid property '%s' for %s", property, v.describe(what))
	}
	return nil
}

// SetDefaultQueueType changes the type of queues that are declared without one. It counts for durable queues
// that are neither exclusive nor auto-delete; all others are classic.
func (v *VHost) SetDefaultQueueType(name string) error {
	if kindCalled(name) == nil {
		return fmt.Errorf("default queue type %q of vhost %q: want %s", name, v.name, strings.Join(QueueTypes(), " or "))
	}
	v.mu.Lock()
	defer v.leave()
	v.opts.DefaultQueueType = name
	return nil
}

// defaultKind is the kind of queues that are declared without x-queue-type, where it fits.
func (v *VHost) defaultKind() kind {
	if k := kindCalled(v.opts.DefaultQueueType); k != nil {
		return k
	}
	return usual()
}

// typed adds the vhost's default type to a declaration without a type, where it fits: it counts as declared.
func (v *VHost) typed(m wire.QueueDeclare) wire.QueueDeclare {
	if v.opts.DefaultQueueType == "" {
		return m
	}
	if _, says := lookup(m.Arguments, "x-queue-type"); says {
		return m
	}
	if k := v.defaultKind(); k.misfit(m) == "" {
		m.Arguments = append(slices.Clip(m.Arguments), wire.Field{Name: "x-queue-type", Value: k.traits().name})
	}
	return m
}

// kindOf reads x-queue-type. The type "undefined" is the vhost's default one, whether or not it fits.
func (v *VHost) kindOf(m wire.QueueDeclare) (kind, error) {
	what := queueNamed(m.Queue)
	arg, present := lookup(m.Arguments, "x-queue-type")
	name, ok := arg.(string)
	switch {
	case !present:
		return usual(), nil
	case ok && (name == "" || name == "undefined"):
		return v.defaultKind(), nil
	case !ok:
		return nil, v.invalidArgument("x-queue-type", what, unacceptable(arg))
	case name == stream().name:
		return nil, v.notImplemented("queue type '%s' of %s is not modelled by this broker", name, v.describe(what))
	}
	if k := kindCalled(name); k != nil {
		return k, nil
	}
	return nil, v.invalidArgument("x-queue-type", what, fmt.Sprintf("%q", "unsupported queue type '"+name+"'"))
}

func queueArguments(t traits) []argument { return t.arguments }

func consumerArguments(t traits) []argument { return t.consumerArguments }

// checkArguments checks the values of the arguments that the kind takes first, then that none belongs to another.
func (v *VHost) checkArguments(k kind, of func(traits) []argument, args wire.Table, what resource) error {
	if len(args) == 0 {
		return nil
	}
	t := k.traits()
	for _, a := range of(t) {
		value, present := lookup(args, a.name)
		if !present || a.check == nil {
			continue
		}
		if problem := a.check(value, args); problem != "" {
			return v.invalidArgument(a.name, what, problem)
		}
	}
	for _, arg := range args {
		if takes(of(t), arg.Name) {
			continue
		}
		if slices.ContainsFunc(knownTraits(), func(other traits) bool { return takes(of(other), arg.Name) }) {
			return v.preconditionFailed("invalid arg '%s' for %s of queue type %s", arg.Name, v.describe(what), t.module())
		}
	}
	return nil
}

// newSettings takes checked arguments apart. A policy may have those that the queue's kind does not take.
func newSettings(t traits, args wire.Table) settings {
	s := settings{
		expires: none, messageTTL: none, maxLength: none, maxBytes: none,
		overflow: overflowDropHead, deliveryLimit: t.deliveryLimit, retries: retries{least: none, most: none},
	}
	s.read(slices.DeleteFunc(slices.Clone(args), func(f wire.Field) bool { return !takes(t.arguments, f.Name) }))
	return s
}

func (s *settings) read(args wire.Table) {
	set := func(name string, to *int64) {
		if n, ok := lookupInt(args, name); ok {
			*to = n
		}
	}
	set("x-expires", &s.expires)
	set("x-message-ttl", &s.messageTTL)
	set("x-delayed-retry-min", &s.retries.least)
	set("x-delayed-retry-max", &s.retries.most)
	if kind, ok := lookupString(args, "x-delayed-retry-type"); ok {
		s.readRetries(kind)
	}
	set("x-max-length", &s.maxLength)
	set("x-max-length-bytes", &s.maxBytes)
	set("x-delivery-limit", &s.deliveryLimit)
	if overflow, ok := lookupString(args, "x-overflow"); ok {
		s.overflow = overflow
	}
	s.deadLetterExchange, s.hasDeadLetters = lookupString(args, "x-dead-letter-exchange")
	s.deadLetterKey, s.hasDeadLetterKey = lookupString(args, "x-dead-letter-routing-key")
	strategy, _ := lookupString(args, "x-dead-letter-strategy")
	s.atLeastOnce = strategy == "at-least-once" && s.hasDeadLetters && s.overflow == overflowReject
	if p, ok := lookupInt(args, "x-max-priority"); ok {
		s.maxPriority = int(p)
	}
	active, _ := lookup(args, "x-single-active-consumer")
	s.singleActive = active == true
}

// sameQueueArguments refuses a redeclaration with other arguments. Of those the queue's type has, they are
// compared in the order RabbitMQ lists them.
func (v *VHost) sameQueueArguments(q *queue, m wire.QueueDeclare) error {
	current, received := withQueueType(q.args), withQueueType(m.Arguments)
	for _, name := range q.kind.traits().compared {
		if err := v.sameArgument(name, queueNamed(q.name), current, received); err != nil {
			return err
		}
	}
	return nil
}

// withQueueType makes the default explicit, as RabbitMQ does before it compares.
func withQueueType(args wire.Table) wire.Table {
	if _, present := lookup(args, "x-queue-type"); present {
		return args
	}
	return append(slices.Clip(args), wire.Field{Name: "x-queue-type", Value: usual().traits().name})
}

// sameArgument refuses a redeclaration in which one argument differs. Integers are compared by value,
// whatever their size. When both sides have the argument the text gives the bare values, otherwise value and type.
func (v *VHost) sameArgument(name string, what resource, current, received wire.Table) error {
	old, hadOld := lookup(current, name)
	value, hasValue := lookup(received, name)
	switch {
	case !hadOld && !hasValue:
		return nil
	case hadOld && hasValue:
		if typeClass(old) == typeClass(value) && term(old) == term(value) {
			return nil
		}
		return v.inequivalent(name, what, quoted(erlangValue(value)), quoted(erlangValue(old)))
	}
	return v.inequivalent(name, what, typedValue(value, hasValue), typedValue(old, hadOld))
}

func typedValue(value any, present bool) string {
	if !present {
		return "none"
	}
	return fmt.Sprintf("the value '%s' of type '%s'", erlangValue(value), typeName(value))
}
