package vhost

import (
	"cmp"
	"fmt"
	"slices"

	"tutor/runner/wire"
)

// settings are what a queue's arguments make of it. Durations are in
// milliseconds; none means not set.
type settings struct {
	quorum             bool
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
	deliveryLimit      int64 // x-delivery-limit; negative is unlimited
}

// defaultDeliveryLimit is how often a message of a quorum queue may fail when
// x-delivery-limit does not say; there was no limit before RabbitMQ 4.0.
const defaultDeliveryLimit = 20

// maxMilliseconds is the longest time to live and the longest x-expires: ten years.
const maxMilliseconds = 315_360_000_000

// argument is one that a kind of queue or consumer may have. check returns
// what is wrong with a value, as RabbitMQ words it, or "".
type argument struct {
	name    string
	classic bool
	quorum  bool
	check   func(value any, args wire.Table) string
}

// queueArguments are the arguments of queue.declare that RabbitMQ 4.3 knows,
// in the order in which it checks them. One that only another type of queue has is
// refused; an unknown one is kept and ignored.
func queueArguments() []argument {
	return []argument{
		{"x-expires", true, true, checkExpires},
		{"x-message-ttl", true, true, checkMessageTTL},
		{"x-dead-letter-exchange", true, true, nil}, // its type is checked with its permissions
		{"x-dead-letter-routing-key", true, true, checkDeadLetterKey},
		{"x-dead-letter-strategy", false, true, checkOneOf("invalid_dlx_strategy", "at-most-once", "at-least-once")},
		{"x-max-length", true, true, checkNotNegative},
		{"x-max-length-bytes", true, true, checkNotNegative},
		{"x-max-in-memory-length", false, true, checkNotNegative},
		{"x-max-in-memory-bytes", false, true, checkNotNegative},
		{"x-max-priority", true, false, checkMaxPriority},
		{"x-overflow", true, true, checkOneOf("invalid_overflow", overflowDropHead, overflowReject, overflowRejectDeadLetter)},
		{"x-queue-version", true, false, checkQueueVersion},
		{"x-single-active-consumer", true, true, checkBool},
		{"x-consumer-timeout", false, true, checkNotNegative},
		{"x-consumer-disconnected-timeout", false, true, checkNotNegative},
		{"x-queue-type", true, true, nil}, // checked first
		{"x-quorum-initial-group-size", false, true, checkPositive},
		{"x-queue-leader-locator", true, true, checkOneOf("invalid_queue_locator_arg", "client-local", "balanced")},
		{"x-delivery-limit", false, true, nil}, // RabbitMQ takes anything, and 20 for what is no number
		{"x-delayed-retry-type", false, true, nil},
		{"x-delayed-retry-min", false, true, nil},
		{"x-delayed-retry-max", false, true, nil},
		{"x-queue-mode", true, false, nil},
		{"x-queue-master-locator", true, false, nil}, // see deprecated.go
		{"x-max-age", false, false, nil},             // the rest only streams have
		{"x-stream-max-segment-size-bytes", false, false, nil},
		{"x-stream-filter-size-bytes", false, false, nil},
		{"x-initial-cluster-size", false, false, nil},
	}
}

// settings checks the arguments of a new queue and takes them apart.
func (v *VHost) settings(m wire.QueueDeclare) (settings, error) {
	s := newSettings()
	what := queueNamed(m.Queue)
	kind, err := v.queueType(m)
	if err != nil {
		return s, err
	}
	s.quorum = kind == quorumQueue
	if err := v.checkArguments(queueArguments(), m.Arguments, s.quorum, what); err != nil {
		return s, err
	}
	if err := v.permitted(m); err != nil {
		return s, err
	}
	if err := v.modelled(m); err != nil {
		return s, err
	}
	if s.quorum {
		if err := v.checkQuorum(m); err != nil {
			return s, err
		}
	}
	args, err := v.effective(kind, m.Queue, m.Arguments)
	if err != nil {
		return s, v.preconditionFailed("%v", err)
	}
	s.read(args)
	return s, nil
}

func newSettings() settings {
	return settings{expires: none, messageTTL: none, maxLength: none, maxBytes: none, overflow: overflowDropHead, deliveryLimit: defaultDeliveryLimit}
}

// The types of queues.
const (
	classicQueue = "classic"
	quorumQueue  = "quorum"
)

// SetDefaultQueueType changes what a queue is whose declaration does not say: classic or quorum. It counts for
// durable queues that are neither exclusive nor auto-delete; all others are classic.
func (v *VHost) SetDefaultQueueType(kind string) error {
	if kind != classicQueue && kind != quorumQueue {
		return fmt.Errorf("default queue type %q of vhost %q: want %s or %s", kind, v.name, classicQueue, quorumQueue)
	}
	v.mu.Lock()
	defer v.leave()
	v.opts.DefaultQueueType = kind
	return nil
}

// typed makes the type explicit that the vhost gives a queue. From then on it counts as if it were declared.
func (v *VHost) typed(m wire.QueueDeclare) wire.QueueDeclare {
	_, says := lookup(m.Arguments, "x-queue-type")
	if !says && v.opts.DefaultQueueType == quorumQueue && m.Durable && !m.Exclusive && !m.AutoDelete {
		m.Arguments = append(slices.Clip(m.Arguments), wire.Field{Name: "x-queue-type", Value: quorumQueue})
	}
	return m
}

// queueType reads x-queue-type. Who asks for an undefined type gets the vhost's, whether or not it fits.
func (v *VHost) queueType(m wire.QueueDeclare) (string, error) {
	arg, present := lookup(m.Arguments, "x-queue-type")
	kind, ok := arg.(string)
	switch {
	case !present:
		return classicQueue, nil
	case ok && (kind == "" || kind == "undefined"):
		return cmp.Or(v.opts.DefaultQueueType, classicQueue), nil
	case !ok:
		return "", v.invalidArgument("x-queue-type", queueNamed(m.Queue), unacceptable(arg))
	case kind == "stream":
		return "", v.notImplemented("queue type 'stream' of %s is not modelled by this broker", v.describe(queueNamed(m.Queue)))
	case kind != classicQueue && kind != quorumQueue:
		return "", v.invalidArgument("x-queue-type", queueNamed(m.Queue), fmt.Sprintf("%q", "unsupported queue type '"+kind+"'"))
	}
	return kind, nil
}

// checkArguments checks the values of known arguments first, then that none
// belongs to another type of queue.
func (v *VHost) checkArguments(known []argument, args wire.Table, quorum bool, what resource) error {
	allowed := func(a argument) bool { return quorum && a.quorum || !quorum && a.classic }
	for _, a := range known {
		value, present := lookup(args, a.name)
		if !present || a.check == nil || !allowed(a) {
			continue
		}
		if problem := a.check(value, args); problem != "" {
			return v.invalidArgument(a.name, what, problem)
		}
	}
	for _, arg := range args {
		i := slices.IndexFunc(known, func(a argument) bool { return a.name == arg.Name })
		if i >= 0 && !allowed(known[i]) {
			return v.preconditionFailed("invalid arg '%s' for %s of queue type %s", arg.Name, v.describe(what), moduleName(quorum))
		}
	}
	return nil
}

// modelled refuses what RabbitMQ would do and this broker does not.
func (v *VHost) modelled(m wire.QueueDeclare) error {
	if kind, present := lookup(m.Arguments, "x-delayed-retry-type"); present && kind != "disabled" {
		return v.notImplemented("x-delayed-retry-type of %s is not modelled by this broker", v.describe(queueNamed(m.Queue)))
	}
	return nil
}

// moduleName is how RabbitMQ's texts call a type of queue.
func moduleName(quorum bool) string {
	if quorum {
		return "rabbit_quorum_queue"
	}
	return "rabbit_classic_queue"
}

func (v *VHost) checkQuorum(m wire.QueueDeclare) error {
	property := ""
	switch {
	case m.AutoDelete:
		property = "auto-delete"
	case m.Exclusive:
		property = "exclusive-owner"
	case !m.Durable:
		property = "non-durable"
	default:
		return nil
	}
	return v.preconditionFailed("invalid property '%s' for %s", property, v.describe(queueNamed(m.Queue)))
}

// read takes checked arguments apart.
func (s *settings) read(args wire.Table) {
	set := func(name string, to *int64) {
		if n, ok := lookupInt(args, name); ok {
			*to = n
		}
	}
	set("x-expires", &s.expires)
	set("x-message-ttl", &s.messageTTL)
	set("x-max-length", &s.maxLength)
	set("x-max-length-bytes", &s.maxBytes)
	set("x-delivery-limit", &s.deliveryLimit)
	if overflow, ok := lookupString(args, "x-overflow"); ok {
		s.overflow = overflow
	}
	s.deadLetterExchange, s.hasDeadLetters = lookupString(args, "x-dead-letter-exchange")
	s.deadLetterKey, s.hasDeadLetterKey = lookupString(args, "x-dead-letter-routing-key")
	strategy, _ := lookupString(args, "x-dead-letter-strategy")
	s.atLeastOnce = strategy == "at-least-once" && s.quorum && s.hasDeadLetters && s.overflow == overflowReject
	if p, ok := lookupInt(args, "x-max-priority"); ok {
		s.maxPriority = int(p)
	}
	active, _ := lookup(args, "x-single-active-consumer")
	s.singleActive = active == true
}

// sameQueueArguments refuses a redeclaration with other arguments. Of those
// the queue's type has, they are compared in the order RabbitMQ lists them.
func (v *VHost) sameQueueArguments(q *queue, m wire.QueueDeclare) error {
	order := []string{
		"x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length", "x-max-length-bytes",
		"x-max-priority", "x-overflow", "x-queue-mode", "x-queue-version", "x-single-active-consumer", "x-queue-type", "x-queue-leader-locator",
		"x-queue-master-locator",
	}
	if q.settings.quorum {
		order = []string{
			"x-dead-letter-exchange", "x-dead-letter-routing-key", "x-dead-letter-strategy", "x-expires", "x-max-length", "x-max-length-bytes",
			"x-max-in-memory-length", "x-max-in-memory-bytes", "x-overflow", "x-single-active-consumer", "x-queue-type", "x-quorum-initial-group-size",
			"x-delivery-limit", "x-message-ttl", "x-queue-leader-locator", "x-consumer-disconnected-timeout", "x-consumer-timeout",
		}
	}
	current, received := withQueueType(q.args), withQueueType(m.Arguments)
	for _, name := range order {
		if err := v.sameArgument(name, queueNamed(q.name), current, received); err != nil {
			return err
		}
	}
	return nil
}

// withQueueType makes the default explicit, as RabbitMQ does before it
// compares.
func withQueueType(args wire.Table) wire.Table {
	if _, present := lookup(args, "x-queue-type"); present {
		return args
	}
	return append(slices.Clip(args), wire.Field{Name: "x-queue-type", Value: "classic"})
}

// sameArgument refuses a redeclaration in which one argument differs. Integers
// are compared by value, whatever their size. When both sides have the
// argument the text gives the bare values, otherwise value and type.
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

func unacceptable(value any) string { return "{unacceptable_type," + typeName(value) + "}" }

func checkInt(value any, _ wire.Table) string {
	if _, ok := integer(value); !ok {
		return fmt.Sprintf("%q", "expected integer, got "+typeName(value))
	}
	return ""
}

func checkNotNegative(value any, args wire.Table) string {
	if problem := checkInt(value, args); problem != "" {
		return problem
	}
	if n, _ := integer(value); n < 0 {
		return fmt.Sprintf("{value_negative,%d}", n)
	}
	return ""
}

func checkPositive(value any, args wire.Table) string {
	if n, ok := integer(value); ok && n == 0 {
		return "{value_zero,0}"
	}
	return checkNotNegative(value, args)
}

func checkMessageTTL(value any, args wire.Table) string {
	if problem := checkInt(value, args); problem != "" {
		return problem
	}
	n, _ := integer(value)
	return checkMilliseconds(n)
}

func checkMilliseconds(n int64) string {
	switch {
	case n < 0:
		return fmt.Sprintf("{value_negative,%d}", n)
	case n > maxMilliseconds:
		return fmt.Sprintf("{value_too_large,%d}", n)
	}
	return ""
}

func checkExpires(value any, args wire.Table) string {
	if n, ok := integer(value); ok && n == 0 {
		return "{value_zero,0}"
	}
	return checkMessageTTL(value, args)
}

func checkMaxPriority(value any, args wire.Table) string {
	if problem := checkNotNegative(value, args); problem != "" {
		return problem
	}
	if n, _ := integer(value); n >= maxPriorities {
		return fmt.Sprintf("{max_value_exceeded,%d}", n)
	}
	return ""
}

func checkDeadLetterKey(value any, args wire.Table) string {
	if _, ok := value.(string); !ok {
		return unacceptable(value)
	}
	if _, present := lookup(args, "x-dead-letter-exchange"); !present {
		return "routing_key_but_no_dlx_defined"
	}
	return ""
}

func checkBool(value any, _ wire.Table) string {
	if _, ok := value.(bool); !ok {
		return unacceptable(value)
	}
	return ""
}

func checkQueueVersion(value any, args wire.Table) string {
	if problem := checkNotNegative(value, args); problem != "" {
		return problem
	}
	if n, _ := integer(value); n != 2 {
		return fmt.Sprintf("%q", fmt.Sprintf("unsupported queue version '%d'", n))
	}
	return ""
}

func checkOneOf(problem string, allowed ...string) func(any, wire.Table) string {
	return func(value any, _ wire.Table) string {
		s, ok := value.(string)
		if !ok {
			return unacceptable(value)
		}
		if !slices.Contains(allowed, s) {
			return problem
		}
		return ""
	}
}

// ArgumentGroup lists the arguments that something may have.
type ArgumentGroup struct {
	Of    string
	Names []string
}

// Arguments lists the arguments that mean something here, for the documentation.
func Arguments() []ArgumentGroup {
	classic, quorum := ArgumentGroup{Of: "classic queues"}, ArgumentGroup{Of: "quorum queues"}
	for _, a := range queueArguments() {
		if a.classic {
			classic.Names = append(classic.Names, a.name)
		}
		if a.quorum {
			quorum.Names = append(quorum.Names, a.name)
		}
	}
	consumers := ArgumentGroup{Of: "consumers"}
	for _, a := range consumerArguments() {
		if a.classic || a.quorum {
			consumers.Names = append(consumers.Names, a.name)
		}
	}
	return []ArgumentGroup{
		classic, quorum, consumers,
		{Of: "exchanges", Names: []string{"alternate-exchange"}},
		{Of: "headers exchanges' bindings", Names: []string{"x-match (all, any, all-with-x, any-with-x)"}},
	}
}
