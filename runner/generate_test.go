package runner_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// A scenario that is made up must have one outcome, on RabbitMQ too, where connections and queues are processes that
// run side by side. So it keeps to these rules:
//
//   - What a step sets off comes to rest before the next step, and before any timer expires. Publishers that pause,
//     and consumers that work, act one at a time; only a burst (messages without a pause) goes on side by side with
//     the consumers that it reaches.
//   - While a burst comes, nothing may depend on how soon an answer is there: a consumer then works for a while, so that
//     all messages are there before its first answer, unless that comes first
//     (see [drawnQueue.patient]); or it takes all there is, and answers with nothing but an acknowledgement; or it is
//     the only one of a queue that has neither a length limit nor priorities, and has one message at a time.
//   - The channel acknowledges to a quorum queue what it sends to a consumer under automatic acknowledgement, and the
//     queue minds the prefetch until then. In bursts such consumers have none.
//   - What is returned to a publisher, or refused, comes beside its own lines: that is drawn only with pauses. A quorum
//     queue that rejects publishes notes late that it is full; that is not drawn.
//   - Each queue has a morgue of its own: dead letters of two queues come in no order.
//   - Publishers use exchanges that are there. After an error of the channel, how many messages were sent before it
//     arrived is not determined.
//   - Times to live are so long that they are not reached, but for scenarios about them: these have no other timers.

// drawn is a scenario that is being made up.
type drawn struct {
	t *rapid.T
	// everywhere is set where only that is drawn which all versions of RabbitMQ do alike: quorum queues differ.
	everywhere bool
	// burst is set where messages are published without pauses.
	burst     bool
	exchanges []string
	named     []string
	declared  []string
	queues    []*drawnQueue
	cast      []string
	actors    []string
	consumers []string
	steps     []string
}

// drawnQueue is what rules go by of a queue.
type drawnQueue struct {
	name                                         string
	quorum, limited, ranked, dying, single, gone bool
	consumers                                    int
}

// patient reports whether consumers of the queue must work for a while: see the rules.
func (q *drawnQueue) patient() bool { return q.consumers > 1 || q.limited || q.ranked }

func (d *drawn) yes(what string, of int) bool {
	return rapid.IntRange(1, of).Draw(d.t, what) == of
}

func choose[V any](d *drawn, what string, from ...V) V {
	return rapid.SampledFrom(from).Draw(d.t, what)
}

// generate makes up a scenario. What it expects is never so.
func generate(t *rapid.T, everywhere bool) string {
	d := &drawn{t: t, everywhere: everywhere}
	if d.yes("about expiring", 8) {
		d.expiring()
		return d.text()
	}
	d.burst = d.yes("in bursts", 2)
	d.topology()
	for _, q := range d.queues {
		for n := range q.consumers {
			d.consumer(q, n)
		}
		if q.dying && d.yes("somebody looks at the dead", 2) {
			d.mourner(q)
		}
	}
	for n := range rapid.IntRange(1, 2).Draw(t, "publishers") {
		d.publisher(n + 1)
	}
	for _, n := range rapid.Permutation(slices.Collect(seq(len(d.actors)))).Draw(t, "order") {
		d.steps = append(d.steps, "start: "+d.actors[n])
	}
	if d.yes("a client", 2) {
		d.client()
	}
	d.happens()
	return d.text()
}

func seq(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// topology draws an exchange x and some queues, bound to it, each with its morgue.
func (d *drawn) topology() {
	d.exchanges = append(d.exchanges, fmt.Sprintf("{name: x, type: %s}", choose(d, "exchange", "fanout", "direct", "topic")))
	for n := range rapid.IntRange(1, 3).Draw(d.t, "queues") {
		q := &drawnQueue{name: fmt.Sprint("q", n+1), consumers: rapid.IntRange(0, 2).Draw(d.t, "consumers")}
		q.quorum = !d.everywhere && d.yes("quorum", 2)
		bind := fmt.Sprintf(", bind: [{from: x, key: %s}]", choose(d, "key", `a`, `a.b`, `a.*`, `"#"`))
		if d.yes("unbound", 5) {
			bind = ""
		}
		d.declare(q.name, "%s, arguments: {%s}", bind, strings.Join(d.arguments(q), ", "))
		d.queues = append(d.queues, q)
	}
}

// arguments draws those of a queue.
func (d *drawn) arguments(q *drawnQueue) (arguments []string) {
	add := func(format string, values ...any) { arguments = append(arguments, fmt.Sprintf(format, values...)) }
	if q.quorum {
		add("x-queue-type: quorum")
		if d.yes("delivery limit", 3) {
			add("x-delivery-limit: %d", rapid.IntRange(0, 2).Draw(d.t, "limit"))
		}
	} else if d.yes("priorities", 4) {
		q.ranked = true
		add("x-max-priority: 5")
	}
	if q.dying = d.yes("morgue", 2); q.dying {
		d.morgue(q)
		add("x-dead-letter-exchange: dead-%s", q.name)
	}
	if d.yes("length limit", 3) {
		q.limited = true
		add("x-max-length: %d", rapid.IntRange(1, 4).Draw(d.t, "length"))
		if !q.quorum && !d.burst && d.yes("rejecting", 2) {
			add("x-overflow: reject-publish")
		}
	}
	if q.single = d.yes("single active", 6); q.single {
		add("x-single-active-consumer: true")
	}
	if d.yes("long-lived", 6) {
		add("x-message-ttl: 86400000")
	}
	return arguments
}

// morgue is where a queue's dead letters go.
func (d *drawn) morgue(q *drawnQueue) {
	kind := "classic"
	if !d.everywhere {
		kind = choose(d, "morgue is", "classic", "quorum")
	}
	d.exchanges = append(d.exchanges, fmt.Sprintf("{name: dead-%s, type: fanout}", q.name))
	d.declare("morgue-"+q.name, ", bind: [{from: dead-%s}], arguments: {x-queue-type: %s}", q.name, kind)
}

func (d *drawn) act(name, actor string) {
	d.actors = append(d.actors, name)
	d.cast = append(d.cast, "{"+actor+"}")
}

// consumer draws one of a queue, by the rules.
func (d *drawn) consumer(q *drawnQueue, n int) {
	name := fmt.Sprintf("c%d-%s", n+1, q.name)
	works := d.yes("works", 2)
	ack := choose(d, "ack", "manual", "manual", "auto", "first", "{every: 2}")
	prefetch := choose(d, "prefetch", 0, 1, 2, 3)
	answers := ""
	if ack == "manual" && d.yes("answers", 2) {
		answers = d.answers()
	}
	if ack == "{every: 2}" && prefetch == 1 {
		prefetch = 2
	}
	if d.burst && (!works || ack == "auto" || ack == "first") {
		switch {
		case ack == "auto":
			prefetch = 0
		case q.patient():
			prefetch, answers = 0, ""
		case answers != "":
			prefetch = 1
		case prefetch > 1:
			prefetch = 0
		}
	}
	actor := fmt.Sprintf("consumer: %s, queue: {name: %s}, prefetch: %d, ack: %s", name, q.name, prefetch, ack)
	if works {
		actor += ", work: " + choose(d, "work", "1s", "1500ms", "2s")
	}
	if answers != "" {
		actor += ", answers: {" + answers + "}"
	}
	if d.yes("precedence", 5) {
		actor += fmt.Sprintf(", arguments: {x-priority: %d}", n+1)
	}
	d.act(name, actor)
	d.consumers = append(d.consumers, name)
}

// answers draws what a consumer does with some of the messages.
func (d *drawn) answers() string {
	var all []string
	for _, message := range []string{"<any>1:m", "<any>2:m", "<any>"} {
		if d.yes("answer", 2) {
			all = append(all, fmt.Sprintf("%q: %s", message, choose(d, "with", "nack", "reject", "{nack: requeue, times: 1}", "{reject: requeue, times: 2}", "hold", "die", "ack")))
		}
	}
	return strings.Join(all, ", ")
}

// mourner takes the dead letters of a queue.
func (d *drawn) mourner(q *drawnQueue) {
	d.act("m-"+q.name, fmt.Sprintf("consumer: m-%s, queue: {name: morgue-%s}, ack: %s", q.name, q.name, choose(d, "ack", "manual", "auto")))
}

func (d *drawn) publisher(n int) {
	name := fmt.Sprint("p", n)
	actor := fmt.Sprintf("publisher: %s, confirm: %v, persistent: %v", name, d.yes("confirm", 2), d.yes("persistent", 2))
	if d.yes("default exchange", 3) {
		actor += ", routing_key: " + choose(d, "queue", d.queues...).name
	} else {
		actor += ", exchange: {name: x}, routing_key: " + choose(d, "key", "a", "a.b", "a.c", "b")
	}
	if !d.burst && d.yes("mandatory", 3) {
		actor += ", mandatory: true"
	}
	if d.yes("properties", 3) {
		actor += `, headers: {n: 1}, properties: {message_id: "<number>", app_id: shop}`
	}
	var messages []string
	for i := range rapid.IntRange(1, 5).Draw(d.t, "messages") {
		m := fmt.Sprintf("{body: %q", fmt.Sprintf("%s:%d:m", name, i+1))
		if d.yes("priority", 4) {
			m += fmt.Sprintf(", priority: %d", rapid.IntRange(1, 5).Draw(d.t, "priority"))
		}
		if !d.burst {
			m += ", after: 1s"
		}
		messages = append(messages, m+"}")
	}
	d.act(name, actor+", messages: ["+strings.Join(messages, ", ")+"]")
}

// happens draws what becomes of the actors and queues, when all have been started.
func (d *drawn) happens() {
	left := slices.Clone(d.consumers)
	for range rapid.IntRange(0, 4).Draw(d.t, "steps") {
		q := choose(d, "queue", d.queues...)
		step := choose(d, "step", "wait: 500ms", "wait: 2s", "kill: ", "stop: ", "purge: {queue: "+q.name+"}", "delete: {queue: "+q.name+"}")
		if strings.Contains(step, "queue") && q.gone {
			continue
		}
		q.gone = strings.HasPrefix(step, "delete") || q.gone
		if strings.HasSuffix(step, ": ") {
			if len(left) == 0 {
				continue
			}
			n := rapid.IntRange(0, len(left)-1).Draw(d.t, "who")
			step += left[n]
			left = slices.Delete(left, n, n+1)
		}
		d.steps = append(d.steps, step)
	}
}

// expiring draws a scenario about a time to live that is over.
func (d *drawn) expiring() {
	q := &drawnQueue{name: "q1"}
	arguments := choose(d, "time to live", "x-message-ttl: 40, ", "x-message-ttl: 0, ", "")
	kind := "classic"
	if !d.everywhere {
		kind = choose(d, "queue is", "classic", "quorum")
	}
	d.morgue(q)
	d.declare("q1", ", arguments: {%sx-queue-type: %s, x-dead-letter-exchange: dead-q1}", arguments, kind)
	d.queues = append(d.queues, q)
	own := ""
	if arguments == "" || d.yes("of its own", 2) {
		own = ", expiration: " + choose(d, "expiration", "0s", "30ms")
	}
	d.act("p1", fmt.Sprintf("publisher: p1, routing_key: q1, message: m, count: %d, confirm: true%s", rapid.IntRange(1, 4).Draw(d.t, "messages"), own))
	d.mourner(q)
	order := []string{"start: p1", "until: {queues: {q1: {ready: 0}}}"}
	d.steps = slices.Insert(order, rapid.IntRange(0, 2).Draw(d.t, "mourner comes"), "start: m-q1")
}

// text is the scenario.
func (d *drawn) text() string {
	var b strings.Builder
	b.WriteString("title: Generated\nacts:\n  - name: generated\n    topology:\n")
	list := func(indent, key string, items []string) {
		b.WriteString(indent + key + ":\n")
		for _, item := range items {
			b.WriteString(indent + "  - " + item + "\n")
		}
	}
	list("      ", "exchanges", d.exchanges)
	list("      ", "queues", d.declared)
	list("    ", "cast", d.cast)
	list("    ", "steps", d.steps)
	d.expect(&b)
	return b.String()
}

// expect is what never comes: it has the shape of what is to be written down.
func (d *drawn) expect(b *strings.Builder) {
	b.WriteString("    expect:\n      transcript:\n")
	for _, name := range d.actors {
		b.WriteString("        " + name + ": nothing of the kind\n")
	}
	b.WriteString("      fates: {acked: [nothing of the kind]}\n")
	takers := slices.DeleteFunc(slices.Clone(d.actors), func(name string) bool { return name[0] == 'p' })
	if len(takers) > 0 {
		b.WriteString("      deliveries:\n")
	}
	for _, name := range takers {
		b.WriteString("        " + name + ": [nothing of the kind]\n")
	}
	b.WriteString("      queues:\n")
	for _, name := range d.named {
		b.WriteString("        " + name + ": {ready: 99, unacked: 99, consumers: 99}\n")
	}
}

// declare adds a queue.
func (d *drawn) declare(name, format string, values ...any) {
	d.named = append(d.named, name)
	d.declared = append(d.declared, "{name: "+name+fmt.Sprintf(format, values...)+"}")
}
