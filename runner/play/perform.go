package play

import (
	"context"
	"fmt"
	"time"

	"tutor/runner/actor"
	"tutor/runner/scenario"
)

// perform takes the act through its steps, and then to the point where nothing moves any more and
// no timer is left. That nothing does is asked of everybody at the end.
func (p *playing) perform(ctx context.Context) error {
	paused := []string{}
	for _, step := range p.steps() {
		if err := p.step(ctx, step); err != nil {
			return err
		}
		paused = p.goOnAfter(step, paused)
	}
	for asked := false; ; {
		if err := p.awaitQuiet(ctx); err != nil {
			return err
		}
		more, err := p.advance(ctx)
		switch {
		case err != nil:
			return err
		case !more && asked:
			return p.brokerTime.passing(p.timeline.Now())
		case !more:
			p.ledger.StirAll()
		}
		asked = !more
	}
}

// goOnAfter has consumers go on that pause at what an until step waits for, once a step is done that is none.
func (p *playing) goOnAfter(s *scenario.Step, paused []string) []string {
	if s.Until != nil {
		return append(paused, s.Until.Actor)
	}
	for _, name := range paused {
		if a := p.actors[p.places[name]]; name != "" && a != nil {
			a.GoOn()
		}
	}
	return paused[:0]
}

// pauses are after how many deliveries a consumer pauses: it would never rest of its own, and until steps wait for
// it to have come so far.
func (p *playing) pauses(a *scenario.Actor) (after []int) {
	if a.Consumer == nil || !a.Consumer.GoesOn() {
		return nil
	}
	for _, s := range p.act.Steps {
		if s.Until != nil && s.Until.Actor == a.Name() && s.Until.Received != nil {
			after = append(after, *s.Until.Received)
		}
	}
	return after
}

// steps are the act's own, or those that start the cast in order.
func (p *playing) steps() []*scenario.Step {
	if len(p.act.Steps) > 0 {
		return p.act.Steps
	}
	steps := make([]*scenario.Step, len(p.act.Cast))
	for i, a := range p.act.Cast {
		steps[i] = &scenario.Step{Start: a.Name()}
	}
	return steps
}

// performer is how a step is done, given what it names.
type performer func(p *playing, ctx context.Context, s *scenario.Step, value string) error

// performers are how the verbs of steps are done, by their keys (see [scenario.Verbs]).
func performers() map[string]performer {
	all := map[string]performer{
		"start": func(p *playing, ctx context.Context, _ *scenario.Step, name string) error {
			return p.start(ctx, p.places[name])
		},
		"stop": func(p *playing, ctx context.Context, s *scenario.Step, name string) error {
			if s.How == scenario.Drain {
				return p.drain(ctx, name)
			}
			return p.leave(ctx, name, (*actor.Actor).Stop)
		},
		"kill": func(p *playing, ctx context.Context, _ *scenario.Step, name string) error {
			return p.leave(ctx, name, (*actor.Actor).Kill)
		},
		"await": func(p *playing, ctx context.Context, _ *scenario.Step, name string) error { return p.await(ctx, name) },
		"wait": func(p *playing, ctx context.Context, s *scenario.Step, _ string) error {
			return p.wait(ctx, s.Wait.Std(), "the step wait: "+s.Wait.String())
		},
		"until":   func(p *playing, ctx context.Context, s *scenario.Step, _ string) error { return p.until(ctx, s.Until) },
		"check":   func(p *playing, ctx context.Context, s *scenario.Step, _ string) error { return p.check(ctx, s.Check) },
		"restart": func(p *playing, ctx context.Context, _ *scenario.Step, _ string) error { return p.restart(ctx) },
	}
	for _, v := range scenario.Verbs() {
		if v.Of == scenario.AnOperation {
			all[v.Key] = (*playing).operate
		}
	}
	return all
}

func (p *playing) step(ctx context.Context, s *scenario.Step) error {
	verb, value := s.Verb()
	return performers()[verb.Key](p, ctx, s, value)
}

// start starts an actor when its delay is over, and goes on when it is ready and all that it has
// caused has come to pass.
func (p *playing) start(ctx context.Context, who int) error {
	if delay := p.act.Cast[who].Common().Delay; delay > 0 {
		if err := p.wait(ctx, delay.Std(), "the delay of "+p.act.Cast[who].Name()); err != nil {
			return err
		}
	}
	host, err := p.host(who)
	if err != nil {
		return fmt.Errorf("%s: %w", p.act.Cast[who].Name(), err)
	}
	p.cause = who
	p.actors[who] = actor.New(p.act.Cast[who], host)
	p.actors[who].Start(ctx)
	return p.awaitQuiet(ctx)
}

// leave makes an actor go, and goes on when it is gone and the broker has noticed.
func (p *playing) leave(ctx context.Context, name string, how func(*actor.Actor)) error {
	if err := p.awaitQuiet(ctx); err != nil {
		return err
	}
	p.cause = p.places[name]
	a := p.actors[p.cause]
	how(a)
	select {
	case <-a.Ended():
	case <-ctx.Done():
		return ctx.Err()
	}
	return p.awaitQuiet(ctx)
}

// drain has a consumer work off what it was sent, which takes its time, and goes on when it has left.
func (p *playing) drain(ctx context.Context, name string) error {
	if err := p.awaitQuiet(ctx); err != nil {
		return err
	}
	p.cause = p.places[name]
	a := p.actors[p.cause]
	if err := a.Drain(); err != nil {
		return fmt.Errorf("draining %s: %w", name, err)
	}
	return p.ended(ctx, a, "draining")
}

// await goes on when a publisher has published all its messages.
func (p *playing) await(ctx context.Context, name string) error {
	return p.ended(ctx, p.actors[p.places[name]], "awaiting")
}

// ended goes on when an actor has come to the end of its part.
func (p *playing) ended(ctx context.Context, a *actor.Actor, doing string) error {
	for {
		if err := p.awaitQuiet(ctx); err != nil {
			return err
		}
		select {
		case <-a.Ended():
			return nil
		default:
		}
		more, err := p.advance(ctx)
		if err != nil {
			return err
		}
		if !more {
			return fmt.Errorf("%s %s: it has nothing to wait for and does not end", doing, a.Name())
		}
	}
}

// wait lets time pass, and says for what in the report if need be. Timers that expire at its end expire before it goes on.
func (p *playing) wait(ctx context.Context, d time.Duration, what string) error {
	until := p.timeline.Now() + d
	for {
		if err := p.awaitQuiet(ctx); err != nil {
			return err
		}
		at, ok := p.timeline.Next()
		if ok && at <= until {
			if _, err := p.advance(ctx); err != nil {
				return err
			}
			continue
		}
		p.ties.look(p, until, what)
		if come, err := p.pass(ctx, until); err != nil || come {
			return err
		}
	}
}

// advance goes on to the next timer, or to what the broker does of its own before; more is false if
// there is no timer.
func (p *playing) advance(ctx context.Context) (more bool, err error) {
	at, more := p.timeline.Next()
	if !more {
		return false, nil
	}
	p.ties.look(p, at, "")
	if come, err := p.pass(ctx, at); err != nil || !come {
		return true, err
	}
	p.cause, more = p.timeline.Expire()
	return more, nil
}

// nobody has caused what the broker does of its own, such as when a time to live ends.
const nobody = -1

// pass lets time pass until a moment, or until something happens.
func (p *playing) pass(ctx context.Context, until time.Duration) (come bool, err error) {
	if err := p.brokerTime.passing(until); err != nil {
		return false, err
	}
	at, first := p.ofBroker(until)
	if first {
		until = max(at, p.timeline.Now())
	}
	come, err = p.timeline.Pass(ctx, until, p.journal.After(p.quiet))
	switch {
	case err != nil:
		return come, err
	case first:
		p.brokerActs(at)
		return false, nil
	case p.time != nil:
		p.time.Pass(until)
	}
	if !come {
		p.cause = nobody
	}
	return come, nil
}

// restart restarts the broker, which closes all connections.
func (p *playing) restart(ctx context.Context) error {
	if p.stage.Restart == nil {
		return fmt.Errorf("the act restarts the broker, which this target may not do")
	}
	if err := p.awaitQuiet(ctx); err != nil {
		return err
	}
	if err := p.hear(ctx, p.inspector.Channel); err != nil {
		return err
	}
	if err := p.inspector.Close(); err != nil {
		return err
	}
	p.restarting.Store(true)
	err := p.stage.Restart(ctx)
	p.restarting.Store(false)
	if err != nil {
		return fmt.Errorf("restarting the broker: %w", err)
	}
	for _, a := range p.started() {
		if err := a.Disconnected(ctx); err != nil {
			return err
		}
	}
	lost, err := p.inspector.Absent(ctx, p.ledger.Transient())
	if err != nil {
		return err
	}
	p.ledger.Restarted(lost)
	p.ledger.StirAll()
	return p.awaitQuiet(ctx)
}

// awaitQuiet returns when the system is quiet, and the broker has nothing to do of its own at this moment.
func (p *playing) awaitQuiet(ctx context.Context) (err error) {
	for {
		if p.quiet, err = p.barrier.AwaitQuiet(ctx, p.cause); err != nil {
			return err
		}
		p.ledger.Quiet(p.cause)
		p.lines.Arrange(p.cause)
		at, due := p.ofBroker(p.timeline.Now())
		if !due {
			return nil
		}
		p.brokerActs(at)
	}
}

// ofBroker is when the broker will do something of its own, up to a moment; due is false if nothing is to come,
// or its time is not in our hands.
func (p *playing) ofBroker(until time.Duration) (at time.Duration, due bool) {
	if p.time == nil {
		return 0, false
	}
	at, due = p.time.Next()
	return at, due && at <= until
}

// brokerActs has the broker do what is due at a moment, which nobody in the cast has caused.
func (p *playing) brokerActs(at time.Duration) {
	p.time.Pass(at)
	p.cause = nobody
	p.ledger.StirAll()
}
