package play

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/play/inspector"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/tap"
	"tutor/runner/topology"
)

// evidence has the broker testify why messages leave their queues: a policy gives all queues that have no
// dead-letter exchange of their own one of the runner's, and what dies comes to a queue of the runner's
// with the reason in its header. Nothing is sent for what is purged, or goes with its queue.
type evidence struct {
	inspector *inspector.Inspector
	// exempt are, by vhost, the queues that send nothing.
	exempt map[string][]string
	// policies are the act's own, in the vhost /.
	policies []topology.Policy
}

// gather has the broker testify in all vhosts of an act, by the scenario's names. It has nothing to say
// where the target sets no policies, and where the act is about limits that the runner's own queue and
// connection would count for.
func gather(ctx context.Context, on *stage.Stage, act *scenario.Act, i *inspector.Inspector) (*evidence, error) {
	e := &evidence{inspector: i, exempt: map[string][]string{}}
	if on.SetPolicy == nil || hasLimits(act) {
		return e, e.setPolicies(ctx, on, act)
	}
	for _, vhost := range vhostsOf(act) {
		if _, done := e.exempt[vhost]; done {
			continue
		}
		e.exempt[vhost] = keepers(act, vhost)
		if slices.Contains(e.exempt[vhost], "") {
			// No pattern can leave out a queue whose name the broker makes up, so that there is none.
			delete(e.exempt, vhost)
			if _, err := on.SetPolicy(ctx, vhost, auditBy("^$")); err != nil {
				return nil, fmt.Errorf("having the broker testify to nothing: %w", err)
			}
			continue
		}
		if err := e.prepare(ctx, on, vhost); err != nil {
			return nil, fmt.Errorf("having the broker testify: %w", err)
		}
	}
	return e, e.setPolicies(ctx, on, act)
}

// keepers are the queues of a vhost that an exchange given by a policy would make keep what dies until it
// was taken, instead of letting it go.
func keepers(act *scenario.Act, vhost string) []string {
	names := []string{}
	for _, q := range queuesOf(act) {
		if q.declared && q.vhost == vhost && q.arguments["x-dead-letter-strategy"] == "at-least-once" {
			names = append(names, q.name)
		}
	}
	for _, s := range act.Steps {
		if d := s.Declare; d != nil && d.Queue != nil && d.Arguments["x-dead-letter-strategy"] == "at-least-once" {
			names = append(names, *d.Queue)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (e *evidence) prepare(ctx context.Context, on *stage.Stage, vhost string) error {
	fresh, err := on.SetPolicy(ctx, vhost, auditBy(allBut(e.exempt[vhost])))
	if err != nil || !fresh {
		return err
	}
	ch, err := e.inspector.Channel(ctx, vhost)
	if err != nil {
		return err
	}
	defer ch.Close()
	if err := ch.ExchangeDeclare(stage.Audit, amqp.ExchangeFanout, true, false, false, false, nil); err != nil {
		return fmt.Errorf("declaring exchange %s: %w", stage.Audit, err)
	}
	classic := amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeClassic}
	if _, err := ch.QueueDeclare(stage.Audit, true, false, false, false, classic); err != nil {
		return fmt.Errorf("declaring queue %s: %w", stage.Audit, err)
	}
	if err := ch.QueueBind(stage.Audit, "", stage.Audit, false, nil); err != nil {
		return fmt.Errorf("binding queue %s: %w", stage.Audit, err)
	}
	return nil
}

// lowest is a priority below that of all policies of acts: of several policies only one applies.
const lowest = -1

// auditBy is the policy that has the queues of a pattern give to the audit what dies.
func auditBy(pattern string) stage.Policy {
	return stage.Policy{Name: stage.Audit, Pattern: pattern, ApplyTo: "queues", Priority: lowest, Definition: map[string]any{"dead-letter-exchange": stage.Audit}}
}

// allBut is a pattern for all names but some, and but the runner's own.
func allBut(names []string) string {
	not := []string{`tutor\.`}
	for _, name := range names {
		not = append(not, regexp.QuoteMeta(name)+"$")
	}
	return "^(?!" + strings.Join(not, "|") + ")"
}

// hear tells what the broker has testified to so far, in order. Of a queue, all is heard that it had sent
// when it last answered somebody.
// Open opens a channel in a vhost that may read from the runner's queue.
func (e *evidence) hear(ctx context.Context, open opener, tell func(vhost, mark string, headers amqp.Table)) error {
	for vhost := range e.exempt {
		err := hearIn(ctx, vhost, open, func(d *amqp.Delivery) {
			mark := tap.Unmark(&d.Headers, &d.MessageId)
			tell(vhost, mark, d.Headers)
		})
		if err != nil {
			return fmt.Errorf("hearing what the broker of vhost %s testifies to: %w", vhost, err)
		}
	}
	return nil
}

// opener opens a channel in a vhost, by the scenario's name.
type opener func(ctx context.Context, vhost string) (*amqp.Channel, error)

func hearIn(ctx context.Context, vhost string, open opener, tell func(*amqp.Delivery)) error {
	ch, err := open(ctx, vhost)
	if err != nil {
		return err
	}
	defer ch.Close()
	q, err := ch.QueueDeclarePassive(stage.Audit, true, false, false, false, nil)
	if err != nil || q.Messages == 0 {
		return err
	}
	deliveries, err := ch.Consume(stage.Audit, stage.Audit, true, true, false, false, nil)
	if err != nil {
		return err
	}
	for n := 0; n < q.Messages; n++ {
		select {
		case d, ok := <-deliveries:
			if !ok {
				return amqp.ErrClosed
			}
			tell(&d)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := ch.Cancel(stage.Audit, false); err != nil {
		return err
	}
	// More may have come meanwhile.
	for d := range deliveries {
		tell(&d)
	}
	return nil
}

// hasLimits reports whether an act is about limits that a connection or queue of the runner's would count for.
func hasLimits(act *scenario.Act) bool {
	for _, v := range act.Broker.Vhosts {
		if v.Limited() {
			return true
		}
	}
	guest := act.Broker.Users["guest"]
	return guest != nil && (guest.MaxConnections != nil || guest.MaxChannels != nil)
}
